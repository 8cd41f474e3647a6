"""Which frames were predicted best, and which worst."""

from scuff.evaluation.counts import DEFECT
from scuff.evaluation.frames import Evaluation, FrameCounts
from scuff.evaluation.metrics import f1


def with_defects(evaluation: Evaluation) -> list[FrameCounts]:
    """The frames that can be ranked: those with a defective pixel, whose F1 is always defined."""
    return [frame for frame in evaluation.frames if not frame.sound]


def best_frames(evaluation: Evaluation, count: int) -> list[FrameCounts]:
    """The frames of highest F1, best first; of equals those with more defective pixels, then by name."""

    def rank(frame: FrameCounts) -> tuple[float, int, str]:
        return -_f1(frame), -frame.counts[DEFECT].truth, frame.frame

    return sorted(with_defects(evaluation), key=rank)[:count]


def worst_frames(evaluation: Evaluation, count: int) -> list[FrameCounts]:
    """The frames of lowest F1, worst first; of equals those with more wrong pixels, then by name.

    Where any sound frame has a false alarm, the one with the largest takes the last place: it has no F1, but
    costs a sound part.
    """

    def rank(frame: FrameCounts) -> tuple[float, int, str]:
        return _f1(frame), -frame.counts[DEFECT].wrong, frame.frame

    alarms = sorted(evaluation.false_alarms, key=lambda frame: (-frame.counts[DEFECT].fp, frame.frame))[:1]
    return sorted(with_defects(evaluation), key=rank)[: max(0, count - len(alarms))] + alarms


def _f1(frame: FrameCounts) -> float:
    return f1(frame.counts[DEFECT]) or 0.0
