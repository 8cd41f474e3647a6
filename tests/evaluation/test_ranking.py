import pytest

from scuff.evaluation.counts import Counts
from scuff.evaluation.frames import Evaluation, FrameCounts
from scuff.evaluation.ranking import best_frames, with_defects, worst_frames

COUNTS = {
    "perfect": Counts(tp=10),
    "perfect and large": Counts(tp=50),
    "half": Counts(tp=10, fn=10, fp=10),
    "missed": Counts(fn=5),
    "missed and large": Counts(fn=20),
    "missed with false alarm": Counts(fn=5, fp=30),
    "quiet": Counts(tn=9),
    "alarm": Counts(fp=3),
    "large alarm": Counts(fp=4),
}


def _evaluation(*names: str) -> Evaluation:
    frames = tuple(FrameCounts(name, name, {"defect": COUNTS[name]}) for name in names)
    return Evaluation(("defect",), frames, threshold=0.5)


def test_only_frames_with_defects_are_ranked() -> None:
    assert [frame.frame for frame in with_defects(_evaluation("quiet", "half", "alarm", "missed"))] == [
        "half",
        "missed",
    ]


@pytest.mark.parametrize("count", [1, 2, 3])
def test_the_best_have_the_highest_f1_and_of_equals_the_larger_defects(count: int) -> None:
    best = best_frames(_evaluation(*COUNTS), count)
    assert [frame.frame for frame in best] == ["perfect and large", "perfect", "half"][:count]


def test_the_worst_have_the_lowest_f1_and_of_equals_more_wrong_pixels() -> None:
    worst = worst_frames(_evaluation("perfect", "half", "missed", "missed and large", "missed with false alarm"), 4)
    assert [frame.frame for frame in worst] == ["missed with false alarm", "missed and large", "missed", "half"]


def test_the_largest_false_alarm_takes_the_last_place_of_the_worst() -> None:
    assert [frame.frame for frame in worst_frames(_evaluation(*COUNTS), 2)] == [
        "missed with false alarm",
        "large alarm",
    ]
    assert [frame.frame for frame in worst_frames(_evaluation("quiet", "alarm", "half"), 6)] == ["half", "alarm"]


def test_equals_are_ranked_by_name() -> None:
    twins = Evaluation(("defect",), tuple(FrameCounts(name, "", {"defect": Counts(tp=1, fn=1)}) for name in "ba"), 0.5)
    assert [frame.frame for frame in best_frames(twins, 2)] == ["a", "b"]
    assert [frame.frame for frame in worst_frames(twins, 2)] == ["a", "b"]
