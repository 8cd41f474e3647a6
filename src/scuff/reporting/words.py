"""Figures in sentences, for a person who has never heard of IoU."""

import math
from collections.abc import Mapping
from typing import Any

UNDEFINED = "–"


def percent(share: float | None) -> str:
    """A share in percent, to two digits of its distance from 0 or 100: ``3.4 %``, ``99.67 %``; ``0 %`` is nothing."""
    if share is None:
        return UNDEFINED
    rest = 100 * min(share, 1 - share)
    digits = 0 if rest <= 0 else max(0, 1 - math.floor(math.log10(rest)))
    text = f"{100 * share:.{digits}f}"
    return f"{text.rstrip('0').rstrip('.') if digits else text} %"


def interval(figure: Mapping[str, Any]) -> str:
    """The interval of a share in percent; "–" where there is none."""
    if figure["low"] is None:
        return UNDEFINED
    return f"{percent(figure['low'])} to {percent(figure['high'])}"


def number(figure: float | None, digits: int = 3) -> str:
    """A figure that is no share; "–" where it is undefined."""
    return UNDEFINED if figure is None else f"{figure:.{digits}g}"


def plural(count: int, word: str, words: str = "") -> str:
    """A number of things: ``1 part``, ``3 parts``."""
    return f"{count:,} {word if count == 1 else words or f'{word}s'}"


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
