import numpy as np
import pytest
from tests.dataset.audit.pictures import Picture, exposed, jpeg, metal

from scuff.dataset.audit.pairs import Pair, find_pairs
from scuff.dataset.audit.small import small_copy

SCENE = metal(1)


def pairs_of(**pictures: Picture) -> list[Pair]:
    others = {f"z{seed}": metal(seed) for seed in range(100, 106)}
    copies = {name: small_copy(picture, "") for name, picture in (pictures | others).items()}
    return find_pairs(copies, lambda doing, share: None)


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (jpeg(SCENE), "as it is"),
        (exposed(SCENE, 0.5), "as it is"),
        (exposed(SCENE, 1.4), "as it is"),
        (np.ascontiguousarray(SCENE[:, ::-1]), "flipped"),
        (np.ascontiguousarray(np.rot90(SCENE)), "turned by 90°"),
        (jpeg(exposed(np.ascontiguousarray(np.rot90(SCENE[::-1], 3)), 0.7)), "flipped, turned by"),
        (np.ascontiguousarray(SCENE[20:140, 30:170]), "cropped or shifted"),
        (jpeg(exposed(np.ascontiguousarray(SCENE[20:140, 30:170][:, ::-1]), 0.8)), "flipped, cropped or shifted"),
    ],
    ids=["encoding", "darker", "brighter", "flip", "turn", "all", "crop", "flipped crop"],
)
def test_the_same_scene_is_found_and_nothing_else(made: Picture, words: str) -> None:
    (pair,) = pairs_of(a=SCENE, b=made)
    assert (pair.first, pair.second, pair.kind) == ("a", "b", "scene")
    assert pair.motion.startswith(words)
    assert pair.agreeing > 0.95


def test_textures_that_look_alike_are_not_the_same_scene() -> None:
    assert pairs_of() == []
    grooves = {f"g{seed}": metal(seed, along=40) for seed in range(12)}
    assert pairs_of(**grooves) == []


def test_the_matrix_leads_from_the_second_to_the_first() -> None:
    (pair,) = pairs_of(a=SCENE, b=np.ascontiguousarray(SCENE[20:140, 30:170]))
    assert np.array(pair.matrix) == pytest.approx([1, 0, 30, 0, 1, 20], abs=0.6)


def test_a_picture_with_something_pasted_in_shares_a_part() -> None:
    pasted = SCENE.copy()
    pasted[:, :70] = metal(9)[:, :70]
    (pair,) = pairs_of(a=SCENE, b=pasted)
    assert pair.kind == "part"
    assert 0.55 < pair.shared < 0.75


def test_the_outline_of_the_part_does_not_make_different_parts_one_scene() -> None:
    """Sixteen parts at the same place before a fixed camera: their edges agree, their metal does not."""
    parts = {}
    for seed in range(16):
        part = metal(seed) // 3 + 40
        part[30:36] = part[120:126] = 200
        part[:, 40:44] = part[:, 150:154] = 20
        parts[f"p{seed:02}"] = part
    twin = exposed(parts["p03"], 0.8)
    found = find_pairs(
        {name: small_copy(part, "top") for name, part in (parts | {"q": twin}).items()}, lambda doing, share: None
    )
    assert [(pair.first, pair.second) for pair in found] == [("p03", "q")]


def test_one_picture_has_no_pair() -> None:
    assert find_pairs({"a": small_copy(SCENE, "")}, lambda doing, share: None) == []
