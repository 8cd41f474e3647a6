"""Which network to take, in words: the answer that a table of results leaves to its reader."""

from collections.abc import Sequence

from scuff.bench.standing import LEVEL, Place, Standing, enough_parts


def advice(places: Sequence[Place]) -> str:
    """Say which groups cannot be told from the best, which of them is the fastest, and how sure that is."""
    best = next((place for place in places if place.standing == Standing.BEST), None)
    compared = [place for place in places if place.p_value is not None]
    if best is None or not compared:
        return "There are no two networks with the same seeds to compare."
    needed = enough_parts(len(compared))
    if best.parts < needed:
        told = [f"{best.parts} test parts are too few to tell any other from it: it takes {needed}."]
    else:
        as_good = [place for place in compared if place.standing == Standing.AS_GOOD]
        told = [_told(as_good, len(compared), best.parts), _fastest([best, *as_good])]
    return " ".join(filter(None, [f"{best.group.full_title} has the highest F1.", *told, _seeds(best)]))


def p_text(p_value: float) -> str:
    """Write a p-value with three digits."""
    return "<0.001" if p_value < 0.001 else f"{p_value:.3f}"


def _told(as_good: Sequence[Place], compared: int, parts: int) -> str:
    which = ", ".join(place.group.full_title for place in as_good)
    return (
        f"{len(as_good)} of {compared} others cannot be told from it on {parts} test parts"
        f"{f': {which}' if which else ''} (p: exchange test by part against the best, seeds pooled; "
        f"told apart at {LEVEL:.0%} for all together, by Holm's steps)."
    )


def _fastest(good: Sequence[Place]) -> str:
    measured = [(place.group.ms_per_mp, place.group) for place in good if place.group.ms_per_mp is not None]
    if len(good) < 2 or not measured:
        return ""
    speed, group = min(measured, key=lambda each: each[0])
    return f"The fastest of these {len(good)} is {group.full_title}, {speed:.0f} ms / MP."


def _seeds(best: Place) -> str:
    return "One seed each: another may order them otherwise." if len(best.group.seeds) == 1 else ""
