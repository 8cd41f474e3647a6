"""What a quality manager signs: the report of a run, and the card of a model."""
