"""Which network to take, in words: the answer that a table of results leaves to its reader."""

from scuff.bench.standing import LEVEL, Place, Ranking, Standing


def advice(ranking: Ranking) -> str:
    """Say which groups are behind the best, which cannot be told from it, and which is the fastest of these."""
    best = ranking.best
    if best is None:
        return "There are no two networks with a seed in common to compare."
    if ranking.parts < ranking.parts_needed:
        told = [f"{ranking.parts} test parts are too few to tell any other from it: it takes {ranking.parts_needed}."]
    else:
        told = [_told(ranking), _fastest([best, *ranking.those(Standing.ON_PAR)])]
    return " ".join(filter(None, [f"{best.group.full_title} has the highest F1.", *told, _seeds(ranking)]))


def p_text(p_value: float) -> str:
    """Write a p-value with four digits."""
    return "<0.0001" if p_value < 0.0001 else f"{p_value:.4f}"


def _told(ranking: Ranking) -> str:
    behind, on_par = ranking.those(Standing.BEHIND), ranking.those(Standing.ON_PAR)
    which = ", ".join(place.group.full_title for place in on_par)
    return (
        f"On {ranking.parts} test parts {len(behind)} of {len(ranking.places) - 1} others are behind it however many "
        f"are compared (p < {ranking.limit:.2g}: {LEVEL:g} by the number of pairs), and {len(on_par)} cannot be told "
        f"from it (p ≥ {LEVEL:g}){f': {which}' if which else ''}."
    )


def _fastest(good: list[Place]) -> str:
    """The fastest of those, with what it lacks: that parts were too few to tell does not make it as good."""
    measured = [(place.group.ms_per_mp, place) for place in good if place.group.ms_per_mp is not None]
    if len(good) < 2 or not measured:
        return ""
    speed, place = min(measured, key=lambda each: each[0])
    lower = f", with an F1 {place.behind:.3f} lower" if place is not good[0] else ""
    return f"The fastest of these {len(good)} is {place.group.full_title}, {speed:.0f} ms / MP{lower}."


def _seeds(ranking: Ranking) -> str:
    """By what they were compared; the test takes the trainings as they came out."""
    if len(ranking.seeds) == 1:
        return f"They are compared by one seed, {ranking.seeds[0]}: another may order them otherwise."
    seeds = ", ".join(map(str, ranking.seeds))
    return f"They are compared by the seeds that all have, {seeds}; how far others would differ, the spread hints at."
