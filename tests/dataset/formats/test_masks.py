from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from scuff.core.errors import AnnotationError, PictureError, ScuffError
from scuff.core.picture import write_png
from scuff.dataset.formats.masks import MaskReading, find, read_mask
from scuff.dataset.formats.region import Annotated, Bitmap

BINARY = MaskReading()
VALUES = MaskReading(kind="values", value_labels={1: "dent", 2: "scratch", 9: ""})


@pytest.fixture
def touch(tmp_path: Path) -> Callable[..., None]:
    def make(*names: str) -> None:
        for name in names:
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()

    return make


def saved(path: Path, values: NDArray[Any]) -> Path:
    Image.fromarray(values).save(path)
    return path


def pixels(annotated: Annotated) -> dict[str, list[list[int]]]:
    """Row and column of the marked pixels, by label."""
    found = {}
    for region in annotated.regions:
        (piece,) = region.pieces
        assert isinstance(piece, Bitmap)
        found[region.label] = np.argwhere(piece.marked).tolist()
    return found


def paired(source: Path, reading: MaskReading = BINARY) -> dict[str, str | None]:
    """Each image with the file its annotation comes from."""
    return {
        item.name.as_posix(): None if item.origin == item.image else item.origin.name
        for item in find(source, reading).items
    }


def test_masks_beside_their_images(tmp_path: Path, touch: Callable[..., None]) -> None:
    touch("a.jpg", "a.png", "b.png", "b_mask.png", "c.bmp", "c.jpg", "d.tif", "deep/a.JPG", "deep/a.PNG")
    assert paired(tmp_path) == {
        "a.jpg": "a.png",
        "b.png": "b_mask.png",
        "c.jpg": "c.bmp",
        "d.tif": None,
        "deep/a.JPG": "a.PNG",
    }


def test_another_ending(tmp_path: Path, touch: Callable[..., None]) -> None:
    touch("a.png", "a_gt.png")
    assert paired(tmp_path, MaskReading(ending="_gt")) == {"a.png": "a_gt.png"}


def test_masks_in_a_parallel_folder(tmp_path: Path, touch: Callable[..., None]) -> None:
    touch("pictures/x/1.jpg", "pictures/y/1.jpg", "pictures/y/2.jpg", "masks/x/1.png", "masks/y/1_mask.bmp")
    reading = MaskReading(folder=tmp_path / "masks")
    assert paired(tmp_path / "pictures", reading) == {"x/1.jpg": "1.png", "y/1.jpg": "1_mask.bmp", "y/2.jpg": None}


def test_a_folder_of_masks_within_the_source_holds_no_pictures(tmp_path: Path, touch: Callable[..., None]) -> None:
    touch("1.jpg", "masks/1.png")
    assert paired(tmp_path, MaskReading(folder=tmp_path / "masks")) == {"1.jpg": "1.png"}


def test_a_mask_without_an_image_is_broken(tmp_path: Path, touch: Callable[..., None]) -> None:
    touch("a_mask.png", "b.jpg", "masks/c.png")
    (broken,) = find(tmp_path, MaskReading(folder=tmp_path / "masks")).broken
    assert (broken.file.name, broken.reason) == ("c.png", "a mask without an image")
    (tmp_path / "masks" / "c.png").unlink()
    (broken,) = find(tmp_path, BINARY).broken
    assert (broken.file.name, broken.reason) == ("a_mask.png", "a mask without an image")


def test_capitals_in_a_name_make_no_difference(tmp_path: Path, touch: Callable[..., None]) -> None:
    touch("pictures/c.png", "pictures/d.PNG", "masks/C.png", "masks/D_MASK.png", "e.jpg", "E_Mask.png")
    reading = MaskReading(folder=tmp_path / "masks")
    assert paired(tmp_path / "pictures", reading) == {"c.png": "C.png", "d.PNG": "D_MASK.png"}
    assert paired(tmp_path)["e.jpg"] == "E_Mask.png"


def test_a_picture_whose_mask_may_have_another_name_is_not_sound(tmp_path: Path, touch: Callable[..., None]) -> None:
    touch("p/b.png", "p/deep/b.png", "p/1.png", "p/7.png", "masks/b_gt.png", "masks/12.png", "masks/gt-7.png")
    found = find(tmp_path / "p", MaskReading(folder=tmp_path / "masks"))
    assert [item.name.as_posix() for item in found.items] == ["1.png", "deep/b.png"]  # 12 is another number than 1
    listed = {broken.file.relative_to(tmp_path).as_posix(): broken.reason for broken in found.broken}
    assert listed["masks/b_gt.png"] == "a mask without an image"
    assert listed["p/b.png"] == (
        "b_gt.png may be its mask; name them alike, or say with --mask-ending how their names differ"
    )
    assert listed["p/7.png"].startswith("gt-7.png may be its mask")
    assert paired(tmp_path / "p", MaskReading(folder=tmp_path / "masks", ending="_gt"))["b.png"] == "b_gt.png"


@pytest.mark.parametrize("names", [("a.jpg", "a.jpeg"), ("a.png", "a.jpg", "a.tif"), ("a.png", "a.jpg", "a_mask.png")])
def test_files_that_cannot_be_told_apart_are_broken(
    tmp_path: Path, touch: Callable[..., None], names: tuple[str, ...]
) -> None:
    touch(*names)
    found = find(tmp_path, BINARY)
    assert not found.items
    assert len(found.broken) == len(names)
    assert "cannot tell which is the image and which its mask: a." in found.broken[0].reason


def test_a_picture_whose_partner_cannot_be_read_is_broken(tmp_path: Path, touch: Callable[..., None]) -> None:
    """The mask of a picture in another format must not be taken for a picture, nor its picture for a sound one."""
    touch("a.webp", "a.png", "b.jpg", "b_mask.gif")
    found = find(tmp_path, BINARY)
    assert not found.items
    assert [broken.file.name for broken in found.broken] == ["a.webp", "a.png", "b.jpg", "b_mask.gif"]
    assert found.broken[2].reason == "b_mask.gif: a .gif file is no picture that scuff reads; convert it to PNG"


def test_pictures_without_any_mask_are_remarked(tmp_path: Path, touch: Callable[..., None]) -> None:
    touch("a.jpg")
    assert find(tmp_path, BINARY).notes == ("no picture has a mask: all of them count as sound",)


def test_an_anti_aliased_edge_is_cut_at_the_threshold(tmp_path: Path) -> None:
    mask = saved(tmp_path / "m.png", np.array([[0, 127, 128, *[255] * 8]], np.uint8))
    assert pixels(read_mask(mask, "crack", BINARY)) == {"crack": [[0, column] for column in range(2, 11)]}
    assert pixels(read_mask(mask, "crack", MaskReading(threshold=0))) == {
        "crack": [[0, column] for column in range(1, 11)]
    }


@pytest.mark.parametrize(
    "values",
    [
        np.array([[True, False]]),
        np.array([[65535, 0]], np.uint16),
        np.array([[[0, 200, 0], [0, 0, 0]]], np.uint8),
        np.array([[[255, 255, 255, 255], [0, 0, 0, 255]]], np.uint8),
    ],
)
def test_binary_masks_of_all_kinds(tmp_path: Path, values: NDArray[Any]) -> None:
    assert pixels(read_mask(saved(tmp_path / "m.png", values), "dent", BINARY)) == {"dent": [[0, 0]]}


def test_the_threshold_of_16_bits_is_half_of_white(tmp_path: Path) -> None:
    mask = saved(tmp_path / "m.png", np.array([[0, 300, 0, 32767, 0, *[65535] * 5]], np.uint16))
    assert pixels(read_mask(mask, "dent", BINARY)) == {"dent": [[0, column] for column in range(5, 10)]}
    assert pixels(read_mask(mask, "dent", MaskReading(threshold=299)))["dent"][:2] == [[0, 1], [0, 3]]


def test_a_binary_mask_with_a_palette_is_read_by_its_colours(tmp_path: Path) -> None:
    """Black may be any index: taken by the index, this mask would be inverted."""
    write_png(tmp_path / "m.png", np.array([[0, 255, 255]], np.uint8), palette=bytes([255] * 3 + [0] * 765))
    assert pixels(read_mask(tmp_path / "m.png", "dent", BINARY)) == {"dent": [[0, 0]]}


def test_a_mask_drawn_in_transparency_is_refused(tmp_path: Path) -> None:
    in_alpha = np.full((2, 3, 4), 255, np.uint8)
    in_alpha[0, :, 3] = 0
    saved(tmp_path / "rgba.png", in_alpha)
    Image.fromarray(in_alpha).convert("LA").save(tmp_path / "la.png")
    for name in ("rgba.png", "la.png"):
        for reading in (BINARY, VALUES):
            with pytest.raises(AnnotationError, match="the mask is transparent in parts, and what these mean is not"):
                read_mask(tmp_path / name, "dent", reading)
    palette = Image.fromarray(np.array([[0, 1, 1]], np.uint8))
    palette.putpalette([0, 0, 0, 255, 0, 0])
    palette.save(tmp_path / "p.png", transparency=0)
    with pytest.raises(AnnotationError, match="transparent in parts"):
        read_mask(tmp_path / "p.png", "dent", BINARY)
    assert pixels(read_mask(tmp_path / "p.png", "dent", VALUES)) == {"dent": [[0, 1], [0, 2]]}  # an index is an index


def test_a_photograph_is_no_mask(tmp_path: Path) -> None:
    photograph = saved(tmp_path / "m.png", np.arange(256, dtype=np.uint8).reshape(16, 16))
    with pytest.raises(AnnotationError, match="the mask looks like a photograph: 75% of its pixels are neither dark"):
        read_mask(photograph, "dent", BINARY)
    blurred = np.zeros((10, 10), np.uint8)
    blurred[2:8, 2:8] = 240
    blurred[2, 2:8] = blurred[7, 2:8] = 120
    assert len(pixels(read_mask(saved(tmp_path / "b.png", blurred), "dent", BINARY))["dent"]) == 24


def test_an_empty_mask_is_sound_and_counted(tmp_path: Path) -> None:
    annotated = read_mask(saved(tmp_path / "m.png", np.zeros((2, 3), np.uint8)), "MT_Free", BINARY)
    assert (annotated.regions, annotated.empty_label, annotated.size_hw) == ((), "MT_Free", (2, 3))


def test_a_mask_of_zeros_and_ones_is_not_taken_for_an_empty_one(tmp_path: Path) -> None:
    mask = saved(tmp_path / "m.png", np.array([[0, 1]], np.uint8))
    with pytest.raises(AnnotationError, match="values up to 1, but none above the threshold 127; lower --mask-thr"):
        read_mask(mask, "dent", BINARY)


def test_values_name_classes_and_0_is_sound(tmp_path: Path) -> None:
    values = np.array([[0, 1, 2], [2, 9, 1]], np.uint8)
    expected = {"dent": [[0, 1], [1, 2]], "scratch": [[0, 2], [1, 0]]}
    assert pixels(read_mask(saved(tmp_path / "grey.png", values), "", VALUES)) == expected
    assert pixels(read_mask(saved(tmp_path / "grey.tif", values.astype(np.uint16)), "", VALUES)) == expected
    write_png(tmp_path / "palette.png", values, palette=bytes(range(30)))
    assert pixels(read_mask(tmp_path / "palette.png", "", VALUES)) == expected
    assert pixels(read_mask(saved(tmp_path / "rgb.png", np.repeat(values[..., None], 3, 2)), "", VALUES)) == expected


def test_an_unknown_value_is_refused(tmp_path: Path) -> None:
    mask = saved(tmp_path / "m.png", np.array([[0, 255, 255]], np.uint8))
    message = "2 pixels of the value 255, which names no class; known are 1 = dent, 2 = scratch, 9 = sound;"
    with pytest.raises(AnnotationError, match=message):
        read_mask(mask, "", VALUES)


def test_a_colourful_mask_of_values_is_refused(tmp_path: Path) -> None:
    mask = saved(tmp_path / "m.png", np.array([[[255, 0, 0]]], np.uint8))
    with pytest.raises(AnnotationError, match="the mask is a colour picture, whose values name no class"):
        read_mask(mask, "", VALUES)


def test_the_class_may_be_the_name_of_a_folder(tmp_path: Path) -> None:
    folder = tmp_path / "MT_Crack" / "Imgs"
    folder.mkdir(parents=True)
    saved(folder / "x.jpg", np.zeros((1, 2), np.uint8))
    saved(folder / "x.png", np.array([[0, 255]], np.uint8))
    for level, label in ((1, "Imgs"), (2, "MT_Crack")):
        (item,) = find(tmp_path, MaskReading(folder_level=level)).items
        assert pixels(item.read()) == {label: [[0, 1]]}
    with pytest.raises(ScuffError, match="has no folder 99 levels up; give a smaller level"):
        find(tmp_path, MaskReading(folder_level=99))


def test_a_damaged_mask_is_refused(tmp_path: Path) -> None:
    (tmp_path / "m.png").write_bytes(b"no picture")
    with pytest.raises(PictureError, match=r"m\.png: not a picture"):
        read_mask(tmp_path / "m.png", "", BINARY)


def test_impossible_sources_are_refused(tmp_path: Path, touch: Callable[..., None]) -> None:
    touch("a.jpg", "masks/a.png")
    with pytest.raises(ScuffError, match=r"a\.jpg: not a folder; mask pictures are imported from the folder"):
        find(tmp_path / "a.jpg", BINARY)
    with pytest.raises(ScuffError, match="nowhere: holds no mask pictures; give the folder of the masks with --masks"):
        find(tmp_path, MaskReading(folder=tmp_path / "nowhere"))
    with pytest.raises(ScuffError, match="lies within the folder of the masks"):
        find(tmp_path / "masks", MaskReading(folder=tmp_path))
    with pytest.raises(ScuffError, match=r"have no names; set product\.classes in the recipe, or give --class-values"):
        find(tmp_path, MaskReading(kind="values"))
