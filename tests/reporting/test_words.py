import pytest

from scuff.reporting.words import in_short, interval, number, percent, plural


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (0, "0 %"),
        (1, "100 %"),
        (0.5, "50 %"),
        (0.0213, "2.1 %"),
        (0.00096, "0.096 %"),
        (0.9967, "99.67 %"),
        (None, "–"),
    ],
)
def test_shares_have_as_many_digits_as_say_something(share: float | None, words: str) -> None:
    assert percent(share) == words


def test_an_interval_that_is_none_is_a_dash() -> None:
    assert interval({"low": 0.01, "high": 0.2}) == "1 % to 20 %"
    assert interval({"low": None, "high": None}) == "–"


def test_numbers_of_things() -> None:
    assert (plural(1, "part"), plural(1234, "part"), plural(2, "entry", "entries")) == (
        "1 part",
        "1,234 parts",
        "2 entries",
    )
    assert (number(0.12345), number(None)) == ("0.123", "–")


def figures(defective: int = 40, escapes: int = 3) -> dict[str, object]:
    rate = {"hits": escapes, "parts": defective, "value": 0.075 if defective else None, "low": 0.0157, "high": 0.2039}
    share = {"value": 0.9, "low": 0.8, "high": 0.95}
    return {
        "intervals": {"confidence": 0.95},
        "parts": {"escape_rate": rate, "false_reject_rate": {**rate, "hits": 1, "parts": 50, "value": 0.02}},
        "defects": {"recall": {"found": 90, "annotated": 100, **share}, "false_alarms_per_part": {"value": 0.25}},
    }


def test_what_came_of_the_parts_in_sentences() -> None:
    assert in_short(figures()) == [
        "Of 40 defective test parts, 3 passed as good: 7.5 %. With 95 % confidence the true rate is 1.6 % to 20 %.",
        "Of 50 sound test parts, 1 did not pass: 2 %. With 95 % confidence the true rate is 1.6 % to 20 %.",
        "Of 100 annotated defects on them, 90 were found: 90 % (80 % to 95 %). There were 0.25 false alarms a part in "
        "the mean.",
    ]


def test_where_there_was_nothing_to_count_nothing_is_claimed() -> None:
    said = in_short(figures(defective=0, escapes=0))[0]
    assert said == "There was no defective part among the test parts: nothing is known of how many get out."
