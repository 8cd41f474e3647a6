"""Parts, verdicts and pictures: nothing that was triggered is lost."""
