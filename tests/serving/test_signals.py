import pytest

from scuff.serving.signals import MEANINGS, Code, serial_of


@pytest.mark.parametrize(
    ("text", "serial"),
    [("A-1", "A-1"), (" A-1 ", "A-1"), ("", ""), (64 * "x", 64 * "x"), (65 * "x", None), ("A\n", None), (None, None)],
)
def test_serial_numbers(text: str | None, serial: str | None) -> None:
    assert serial_of(text) == serial


def test_every_code_has_a_meaning() -> None:
    assert list(MEANINGS) == list(Code)
