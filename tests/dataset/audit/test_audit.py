from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.dataset.audit.pictures import exposed, metal
from tests.fixtures.catalogues import MakeCatalogue

from scuff.core.errors import SplitError
from scuff.dataset.audit.audit import Audit, audit, united_parts
from scuff.dataset.audit.memory import MEMORY
from scuff.dataset.split import Division, Side

Mask = NDArray[np.uint8]
HW = (160, 200)


def drawn(top: int, left: int, high: int, wide: int, value: int = 1) -> Mask:
    """A mask with one region that is no box: its corner is missing."""
    mask = np.zeros(HW, np.uint8)
    mask[top : top + high, left : left + wide] = value
    mask[top : top + 3, left : left + 3] = 0
    return mask


def plates(count: int = 14) -> tuple[dict[str, Mask], dict[str, NDArray[np.uint8]]]:
    """As many parts, each with a scratch of about 400 px on metal of its own."""
    masks = {f"P{n:02}-top": drawn(20 + n, 30 + 2 * n, 8, 50 + n % 3) for n in range(count)}
    return masks, {frame: metal(number) for number, frame in enumerate(masks)}


def kinds(found: Audit) -> list[tuple[str, str]]:
    return [(each.kind, each.frame) for each in found.findings]


def test_a_clean_catalogue_has_no_findings(make_catalogue: MakeCatalogue) -> None:
    masks, pictures = plates()
    found = audit(make_catalogue(masks, pictures=pictures))
    assert (found.pairs, found.groups, found.findings, found.crossing) == ((), (), (), ())
    assert found.summary() == ["14 pictures; no two show the same metal"]


def test_a_scene_on_two_sides_is_found(make_catalogue: MakeCatalogue) -> None:
    masks, pictures = plates()
    masks["Q-top"], pictures["Q-top"] = masks["P03-top"][:, ::-1].copy(), exposed(pictures["P03-top"], 0.7)[:, ::-1]
    catalogue = make_catalogue(masks, pictures=pictures)
    sides = {part: Side.TEST if part == "Q" else Side.TRAINING for part in catalogue.parts}
    found = audit(catalogue, Division(sides))
    assert [(pair.first, pair.second) for pair in found.crossing] == [("P03-top", "Q-top")]
    assert found.groups == found.divided == (("P03-top", "Q-top"),)
    assert found.findings == ()
    assert "1 of 1 test pictures" in found.summary()[2]
    assert united_parts(catalogue, found.groups)["Q"] == "P03"
    together = Division({**sides, "P03": Side.TEST})
    assert audit(catalogue, together).crossing == ()


def test_copies_byte_for_byte_are_a_pair(make_catalogue: MakeCatalogue) -> None:
    masks, pictures = plates(3)
    masks["Q-top"], pictures["Q-top"] = masks["P00-top"], pictures["P00-top"]
    (pair,) = audit(make_catalogue(masks, pictures=pictures)).pairs
    assert (pair.first, pair.second, pair.motion) == ("P00-top", "Q-top", "the same file")


def test_labels_of_one_scene_must_agree(make_catalogue: MakeCatalogue) -> None:
    masks, pictures = plates(4)
    turned = {frame: np.ascontiguousarray(np.rot90(pictures[frame], 2)) for frame in pictures}
    masks |= {"Q0-top": np.ascontiguousarray(np.rot90(masks["P00-top"], 2)), "Q1-top": np.zeros(HW, np.uint8)}
    masks["Q2-top"] = np.ascontiguousarray(np.rot90(masks["P02-top"] * 2, 2))
    pictures |= {f"Q{n}-top": turned[f"P0{n}-top"] for n in range(3)}
    found = audit(make_catalogue(masks, pictures=pictures))
    assert [(each.frame, each.other, each.detail) for each in found.findings] == [
        ("P01-top", "Q1-top", "100% of what is drawn on either is missing on the other"),
        ("P02-top", "Q2-top", "the same place is scratch on one and dent on the other"),
    ]


def whole() -> Mask:
    return np.ones(HW, np.uint8)


def border() -> Mask:
    mask = np.ones(HW, np.uint8)
    mask[6:-6, 6:-6] = 0
    return mask


def box() -> Mask:
    mask = np.zeros(HW, np.uint8)
    mask[:20, 50:80] = 1
    return mask


@pytest.mark.parametrize(
    ("mask", "kind"),
    [
        (np.zeros(HW, np.uint8), "empty"),
        (whole(), "whole"),
        (border(), "border"),
        (box(), "box"),
        (drawn(20, 20, 90, 120), "large"),
    ],
    ids=["empty", "whole", "border", "box", "large"],
)
def test_masks_that_look_wrong(make_catalogue: MakeCatalogue, mask: Mask, kind: str) -> None:
    masks, pictures = plates()
    masks["P05-top"] = mask
    assert (kind, "P05-top") in kinds(audit(make_catalogue(masks, pictures=pictures)))


def test_a_class_drawn_as_another(make_catalogue: MakeCatalogue) -> None:
    masks, pictures = plates(28)
    for number, frame in enumerate(masks):
        if number >= 14:  # dents are round and large
            masks[frame] = drawn(30 + number, 40 + number, 38 + number % 3, 40, value=2)
    masks["P03-top"] = drawn(50, 60, 39, 40)
    found = audit(make_catalogue(masks, pictures=pictures))
    assert ("class", "P03-top") in kinds(found)


ODD: Mapping[str, NDArray[np.uint8]] = {
    "dark": np.zeros((*HW, 3), np.uint8),
    "saturated": np.full((*HW, 3), 255, np.uint8),
    "colour": np.stack([metal(50)[..., 0], metal(50)[..., 0] // 2, metal(50)[..., 0] // 3], axis=-1),
    "blurred": np.repeat(np.tile(np.linspace(60, 200, 200), (160, 1)).astype(np.uint8)[..., None], 3, axis=2),
}


@pytest.mark.parametrize("kind", ODD)
def test_odd_frames(make_catalogue: MakeCatalogue, kind: str) -> None:
    masks, pictures = plates()
    pictures["P05-top"] = ODD[kind]
    assert kinds(audit(make_catalogue(masks, pictures=pictures))) == [(kind, "P05-top")]


def test_another_size_is_odd(make_catalogue: MakeCatalogue) -> None:
    masks, pictures = plates()
    masks["P05-top"], pictures["P05-top"] = masks["P05-top"][:, :-1], pictures["P05-top"][:, :-1]
    assert kinds(audit(make_catalogue(masks, pictures=pictures))) == [("size", "P05-top")]


def test_what_cannot_be_read_is_a_finding(make_catalogue: MakeCatalogue) -> None:
    masks, pictures = plates(4)
    catalogue = make_catalogue(masks, pictures=pictures)
    catalogue.image(catalogue.rows[0]).write_bytes(b"no picture")
    catalogue.image(catalogue.rows[1]).unlink()
    (catalogue.folder / catalogue.rows[2].mask).write_bytes(b"no mask")
    assert kinds(audit(catalogue)) == [("unreadable", "P00-top"), ("unreadable", "P01-top"), ("mask", "P02-top")]


def test_it_remembers_until_something_changes(make_catalogue: MakeCatalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    masks, pictures = plates(4)
    catalogue = make_catalogue(masks, pictures=pictures)
    first = audit(catalogue)
    asked: list[str] = []
    again = audit(catalogue, progress=lambda doing, share: asked.append(doing))
    assert (again.pairs, again.findings, asked) == (first.pairs, first.findings, ["Comparing annotations"])
    (catalogue.folder / MEMORY).write_text("{")
    catalogue.image(catalogue.rows[0]).unlink()
    assert kinds(audit(catalogue)) == [("unreadable", "P00-top")]


def test_a_split_of_another_catalogue_is_refused(make_catalogue: MakeCatalogue) -> None:
    masks, pictures = plates(3)
    with pytest.raises(SplitError, match="gives no side to part"):
        audit(make_catalogue(masks, pictures=pictures), Division({"P00": Side.TEST}, Path("s.csv")))
