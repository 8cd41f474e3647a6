import numpy as np
from numpy.typing import NDArray

from scuff.export.places import CROP_PX, MOST, WorstPlaces
from scuff.inspection.regions import Criteria
from scuff.inspection.scores import ScoreMap

TERMS = Criteria(threshold=0.5, classes=("scratch",))


def score_map(score: NDArray[np.uint8]) -> ScoreMap:
    return ScoreMap(score, None, 1, (score.shape[0], score.shape[1]))


def look(places: WorstPlaces, frame: str, hw: tuple[int, int], differing: dict[tuple[int, int], int]) -> None:
    """Look at a frame on which the bundle has these scores where the checkpoint has none."""
    score = np.zeros(hw, np.uint8)
    for place_yx, value in differing.items():
        score[place_yx] = value
    places.look_at(frame, np.zeros((*hw, 3), np.uint8), score_map(np.zeros(hw, np.uint8)), score_map(score), TERMS)


def test_the_worst_come_first_with_their_surroundings() -> None:
    places = WorstPlaces()
    look(places, "A", (600, 900), {(10, 20): 40, (300, 800): 90})
    look(places, "B", (600, 900), {(590, 5): 126})
    assert [(place.frame, place.y, place.x, place.weight) for place in places.places] == [
        ("B", 344, 0, 126),
        ("A", 192, 644, 90),
        ("A", 0, 0, 40),
    ]
    worst = places.places[0]
    assert worst.pixels.shape == (CROP_PX, CROP_PX, 3)
    assert worst.difference[590 - 344, 5] == 126
    assert not worst.bundle.any()


def test_another_verdict_weighs_most() -> None:
    places = WorstPlaces()
    look(places, "A", (64, 64), {(5, 5): 126})
    look(places, "B", (64, 64), {(5, 5): 127})
    assert [(place.frame, place.weight) for place in places.places] == [("B", 255), ("A", 126)]
    assert places.places[0].difference.shape == (64, 64)
    assert (places.places[0].bundle.sum(), places.places[0].checkpoint.sum()) == (1, 0)


def test_only_the_worst_are_kept_and_neighbours_share_a_crop() -> None:
    places = WorstPlaces()
    look(places, "near", (600, 600), {(100, 127): 60, (100, 128): 50})
    assert [place.weight for place in places.places] == [60]
    look(places, "many", (128, 2000 * MOST), {(0, 2000 * number): 10 + number for number in range(MOST)})
    assert [place.weight for place in places.places] == [60, *range(9 + MOST, 10, -1)]


def test_equal_maps_have_no_worst_place() -> None:
    places = WorstPlaces()
    look(places, "A", (64, 64), {})
    assert places.places == []
