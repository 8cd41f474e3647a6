import logging
import sys

import pytest

from scuff.export.quietly import quietly


def test_nothing_is_printed_and_all_is_as_before(capsys: pytest.CaptureFixture[str]) -> None:
    before = logging.getLogger("nncf").level
    with quietly():
        sys.stdout.write("a progress bar\n")
        assert logging.getLogger("nncf").level == logging.ERROR
    assert capsys.readouterr().out == ""
    assert logging.getLogger("nncf").level == before
