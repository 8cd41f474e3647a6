import numpy as np
import pytest

from scuff.booth.layers import Layers
from scuff.booth.lighting import Lighting
from scuff.booth.render import Rendering, SeenFlaw
from scuff.booth.truth import truth_of, visibility_under

ALL, ONLY_B, DARK = Lighting({"A": 1.0, "B": 0.5}), Lighting({"A": 0.0, "B": 1.0}), Lighting({"A": 0.0, "B": 0.0})


def seen(number: int, kind: str, size_mm: float, box: tuple[int, int, int, int] | None, *visibility: float) -> SeenFlaw:
    own = np.ones((box[3] - box[1], box[2] - box[0]) if box else (0, 0), np.bool_)
    return SeenFlaw(
        number, kind, box, own, (size_mm, 1.0), dict(zip(("A", "B", "environment"), visibility, strict=True))
    )


@pytest.fixture
def rendering() -> Rendering:
    """A dent with a scratch across it, a pit below that, and a stain beside the frame."""
    instances = np.array([[2, 2, 2, 2], [0, 1, 1, 0], [0, 1, 1, 0]], np.uint16)
    mask = np.array([[1, 1, 1, 1], [0, 2, 2, 0], [0, 2, 2, 0]], np.uint8)
    flaws = (
        seen(1, "dent", 4.0, (1, 0, 3, 3), 0.5, 3.0, 9.0),
        seen(2, "scratch", 2.0, (0, 0, 4, 1), 2.0, 0.1, 0.2),
        seen(3, "pit", 3.0, (1, 0, 2, 1), 5.0, 5.0, 5.0),
        seen(4, "stain", 9.0, None, 0.0, 0.0, 0.0),
    )
    return Rendering(Layers(("A", "B", "environment"), np.zeros((3, 3, 4), np.float32)), mask, instances, flaws)


def test_each_flaw_has_its_own_pixels(rendering: Rendering) -> None:
    truth = truth_of(rendering, ALL, 1.0)
    assert truth.mask.tolist() == rendering.mask.tolist()
    assert [(flaw.id, flaw.kind, flaw.left, flaw.top) for flaw in truth.painted] == [
        (1, "dent", 1, 0),
        (2, "scratch", 0, 0),
    ]
    assert truth.painted[0].pixels.tolist() == [[False, False], [True, True], [True, True]]
    assert truth.painted[1].pixels.tolist() == [[True] * 4]
    assert truth.left_out == {3: "lies under other flaws", 4: "is not in the frame"}


def test_a_flaw_that_no_lit_luminaire_shows_is_left_out(rendering: Rendering) -> None:
    truth = truth_of(rendering, ONLY_B, 1.0)
    assert [flaw.id for flaw in truth.painted] == [1, 3]
    assert truth.mask.tolist() == [[0, 4, 2, 0], [0, 2, 2, 0], [0, 2, 2, 0]], "they have what the scratch took"
    assert truth.left_out[2] == "visibility 0.1 is below 1"
    assert [flaw.id for flaw in truth_of(rendering, ONLY_B, 0).painted] == [1, 2]


def test_the_environment_counts_only_where_nothing_else_is_lit(rendering: Rendering) -> None:
    dent = rendering.flaws[0]
    assert [visibility_under(dent, lighting) for lighting in (ALL, ONLY_B, DARK)] == [3.0, 3.0, 9.0]
    assert [flaw.id for flaw in truth_of(rendering, DARK, 1.0).painted] == [1, 3]


def test_a_part_without_flaws_is_sound() -> None:
    layers = Layers(("A", "environment"), np.zeros((2, 2, 2), np.float32))
    truth = truth_of(Rendering(layers, np.zeros((2, 2), np.uint8), np.zeros((2, 2), np.uint16), ()), ALL, 1.0)
    assert not truth.mask.any()
    assert (truth.painted, truth.left_out) == ((), {})
