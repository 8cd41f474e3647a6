"""Figures in sentences, for a person who has never heard of IoU."""

from collections.abc import Mapping
from typing import Any

from jinja2 import Environment

from scuff.evaluation import tables

DIGITS = 2
"""Of a share, for a person; the files have all of them."""


def percent(share: float | None) -> str:
    """A share in percent, as a person reads it: ``3.4 %``."""
    return tables.percent(share, DIGITS)


def interval(figure: Mapping[str, Any]) -> str:
    """The interval of a share in percent; "–" where there is none."""
    if figure["low"] is None:
        return tables.UNDEFINED
    return f"{percent(figure['low'])} to {percent(figure['high'])}"


def number(figure: float | None, digits: int = 3) -> str:
    """A figure that is no share; "–" where it is undefined."""
    return tables.UNDEFINED if figure is None else f"{figure:.{digits}g}"


def plural(count: int, word: str, words: str = "") -> str:
    """A number of things: ``1 part``, ``3 parts``."""
    return f"{count:,} {word if count == 1 else words or f'{word}s'}"


def with_words(environment: Environment) -> Environment:
    """Let templates turn figures into words."""
    environment.filters |= {"percent": percent, "interval": interval, "number": number}
    return environment


def in_short(figures: Mapping[str, Any]) -> list[str]:
    """What came of the test parts, in sentences."""
    parts, defects = figures["parts"], figures["defects"]
    sure = f"With {percent(figures['intervals']['confidence'])} confidence the true rate is"
    recall, alarms = defects["recall"], number(defects["false_alarms_per_part"]["value"], 2)
    annotated = plural(recall["annotated"], "annotated defect")
    return [
        _rate("defective", parts["escape_rate"], "passed as good", "get out", sure),
        _rate("sound", parts["false_reject_rate"], "did not pass", "are scrapped", sure),
        f"Of {annotated} on them, {recall['found']} {'was' if recall['found'] == 1 else 'were'} found: "
        f"{percent(recall['value'])} ({interval(recall)}). There were {alarms} false alarms a part in the mean.",
    ]


def _rate(kind: str, rate: Mapping[str, Any], happened: str, happens: str, sure: str) -> str:
    if not rate["parts"]:
        return f"There was no {kind} part among the test parts: nothing is known of how many {happens}."
    counted = f"Of {plural(rate['parts'], f'{kind} test part')}, {rate['hits'] or 'none'} {happened}"
    return f"{counted}: {percent(rate['value'])}. {sure} {interval(rate)}."
