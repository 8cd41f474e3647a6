from collections.abc import Callable

import numpy as np
import pytest

from scuff.core.errors import BundleError
from scuff.dataset.catalogue import Catalogue
from scuff.dataset.split import Side
from scuff.export.held_out import choose_held_out

MakeCatalogue = Callable[..., Catalogue]


def made(make_catalogue: MakeCatalogue, flawed: int, sound: int) -> Catalogue:
    """A catalogue of frames ``F0``, ``F1``, … with a defect, and ``S0``, ``S1``, … without."""
    masks = {f"F{number}": np.eye(8, dtype=np.uint8) for number in range(flawed)}
    return make_catalogue(masks | {f"S{number}": np.zeros((8, 8), np.uint8) for number in range(sound)})


def test_sides_and_kinds_give_as_many(make_catalogue: MakeCatalogue) -> None:
    catalogue = made(make_catalogue, flawed=9, sound=9)
    validation = [row for row in catalogue.rows if row.frame[1] in "01234"]
    test = [row for row in catalogue.rows if row.frame[1] in "5678"]
    chosen = choose_held_out(catalogue, {Side.VALIDATION: validation, Side.TEST: test}, 8)
    assert chosen.names == ("F0", "F4", "S0", "S4", "F5", "F8", "S5", "S8")
    assert chosen.source == "4 of 10 validation frames and 4 of 8 test frames"


def test_what_one_side_lacks_the_other_gives(make_catalogue: MakeCatalogue) -> None:
    catalogue = made(make_catalogue, flawed=6, sound=1)
    sides = {Side.VALIDATION: catalogue.rows[:1], Side.TEST: catalogue.rows[1:]}
    assert choose_held_out(catalogue, sides, 4).names == ("F0", "F1", "F5", "S0")
    assert len(choose_held_out(catalogue, sides, 12)) == 7
    assert choose_held_out(catalogue, sides, 1).source == "1 of 1 validation frames"


def test_frames_are_read_with_their_truth_and_again(make_catalogue: MakeCatalogue) -> None:
    catalogue = made(make_catalogue, flawed=1, sound=1)
    chosen = choose_held_out(catalogue, {Side.TEST: catalogue.rows}, 12)
    for _ in range(2):
        flawed, sound = chosen
        assert (flawed.name, flawed.pixels.shape, int(flawed.truth.sum())) == ("F0", (8, 8, 3), 8)
        assert not sound.truth.any()


def test_no_frame_no_bundle(make_catalogue: MakeCatalogue) -> None:
    catalogue = made(make_catalogue, flawed=1, sound=0)
    with pytest.raises(
        BundleError, match=r"no frame of a part that was not trained on \(validation, test\).*split again"
    ):
        choose_held_out(catalogue, {Side.VALIDATION: [], Side.TEST: []}, 12)
