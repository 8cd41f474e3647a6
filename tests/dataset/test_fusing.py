import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from scuff.core.errors import AnnotationError, RecipeError
from scuff.core.picture import read_picture, write_png
from scuff.core.recipe import Recipe
from scuff.core.recipe_file import load_recipe
from scuff.dataset.catalogue import load_catalogue
from scuff.dataset.formats import labelme, masks
from scuff.dataset.formats.masks import MaskReading
from scuff.dataset.formats.region import Reading
from scuff.dataset.importer import Imported, import_annotations

HW = (4, 6)
KEYS = [
    'frames.fused=["A","B"]',
    "frames.part_pattern=^(?P<part>[^-]+)",
    "frames.camera_pattern=-(?P<camera>left|right)",
    "frames.lighting_pattern=-(?P<lighting>[A-Z])$",
]
RECIPE = load_recipe(None, KEYS)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return tmp_path / "source"


def add(
    source: Path, name: str, level: int, marked: tuple[slice, slice] | None = None, hw: tuple[int, int] = HW
) -> None:
    """A grey picture, and a mask of what is marked."""
    write_png(source / f"{name}.png", np.full((*hw, 3), level, np.uint8))
    if marked is not None:
        mask = np.zeros(hw, np.uint8)
        mask[marked] = 255
        write_png(source / f"{name}_mask.png", mask)


def run(source: Path, recipe: Recipe = RECIPE, **options: Any) -> Imported:
    found = masks.find(source, MaskReading())
    return import_annotations(found, source, source.parent / "catalogue", recipe, "masks", **options)


def problems(imported: Imported) -> dict[str, str]:
    return {problem.file: problem.reason for problem in imported.catalogue.record.problems}


def test_lightings_become_the_channels_of_one_frame_and_their_masks_are_united(source: Path) -> None:
    add(source, "P1-left-A", 50, (slice(0, 1), slice(0, 2)))
    add(source, "P1-left-B", 80, (slice(0, 2), slice(1, 3)))
    add(source, "P1-right-A", 10)
    add(source, "P1-right-B", 5)
    catalogue = run(source).catalogue
    left, right = catalogue.rows
    assert (left.frame, left.part, left.camera, left.image) == ("P1-left", "P1", "left", "images/P1-left.png")
    assert catalogue.frame(left).pixels[0, 0].tolist() == [50, 80, 50]
    assert left.annotations == "defect:5"  # 2 + 4 pixels, one of them under both lights
    assert catalogue.mask(left).tolist()[:2] == [[1, 1, 1, 0, 0, 0], [0, 1, 1, 0, 0, 0]]
    assert (right.annotations, right.mask) == ("", "")
    assert read_picture(catalogue.image(right))[0, 0].tolist() == [10, 5, 5]
    assert load_catalogue(catalogue.folder).record.fused == ("A", "B")


def test_classes_of_each_lighting_get_the_values_of_the_catalogue(source: Path) -> None:
    for lighting, label, left in (("A", "scratch", 0), ("B", "dent", 2)):
        add(source, f"P1-left-{lighting}", 9)
        corners = [[left, 0], [left + 2, 1]]
        shape = {"label": label, "shape_type": "rectangle", "points": corners}
        text = json.dumps(
            {"shapes": [shape], "imagePath": f"P1-left-{lighting}.png", "imageHeight": 4, "imageWidth": 6}
        )
        (source / f"P1-left-{lighting}.json").write_text(text)
    found = labelme.find(source, Reading())
    (row,) = import_annotations(found, source, source.parent / "catalogue", RECIPE, "labelme").catalogue.rows
    assert row.annotations == "dent:2;scratch:2"


def test_a_view_that_lacks_a_lighting_is_left_out_and_told(source: Path) -> None:
    add(source, "P1-left-A", 1)
    add(source, "P1-left-B", 1)
    add(source, "P2-left-B", 1)
    add(source, "P3-left", 1)
    imported = run(source)
    assert [row.frame for row in imported.catalogue.rows] == ["P1-left"]
    lacking = "cannot be fused: has no picture under lighting 'A', and frames.fused needs A, B; take it again"
    assert problems(imported) == {
        "P2-left-B.png": lacking,
        "P3-left.png": "cannot be fused: its name 'P3-left' tells no lighting: frames.lighting_pattern is "
        "'-(?P<lighting>[A-Z])$'",
    }


def test_lightings_of_different_sizes_are_refused(source: Path) -> None:
    add(source, "P1-left-A", 1)
    add(source, "P1-left-B", 1, hw=(4, 8))
    with pytest.raises(AnnotationError, match="frame P1-left: its lightings have pictures of 6×4 and 8×4 pixels"):
        run(source)


def test_what_is_broken_under_one_lighting_leaves_the_frame_out(source: Path) -> None:
    for name in ("P1-left", "P2-left"):
        add(source, f"{name}-A", 1)
        add(source, f"{name}-B", 1)
    add(source, "P2-left-B", 1, (slice(0, 1), slice(0, 1)), hw=(4, 6))
    write_png(source / "P2-left-B_mask.png", np.zeros((2, 2), np.uint8))
    imported = run(source)
    assert [row.frame for row in imported.catalogue.rows] == ["P1-left"]
    assert "is for a picture of 2×2 pixels" in problems(imported)["P2-left-B_mask.png"]


def test_a_table_that_says_different_parts_is_told(source: Path, tmp_path: Path) -> None:
    add(source, "P1-left-A", 1)
    add(source, "P1-left-B", 1)
    (tmp_path / "parts.csv").write_text("image,part,camera\nP1-left-A.png,1,left\nP1-left-B.png,2,left\n")
    with pytest.raises(AnnotationError, match=r"shows part '2' by camera 'left', and P1-left-A.png part '1' by camera"):
        run(source, part_table=tmp_path / "parts.csv")


def test_each_view_may_be_a_part_of_its_own(source: Path) -> None:
    add(source, "x-left-A", 1)
    add(source, "x-left-B", 1)
    (row,) = run(source, each_image_is_a_part=True).catalogue.rows
    assert row.part == "x-left"


def test_other_lightings_are_left_out_with_a_note(source: Path) -> None:
    for lighting in "ABC":
        add(source, f"P1-left-{lighting}", 1)
    imported = run(source)
    assert len(imported.catalogue.rows) == 1
    assert "pictures under other lightings than frames.fused, left out: 1" in imported.notes


def test_without_fused_each_lighting_is_a_frame(source: Path) -> None:
    add(source, "P1-left-A", 1)
    add(source, "P1-left-B", 2)
    imported = run(source, load_recipe(None, KEYS[1:]))
    assert [row.frame for row in imported.catalogue.rows] == ["P1-left-A", "P1-left-B"]


def test_names_must_tell_the_lighting(source: Path) -> None:
    add(source, "P1-left-A", 1)
    with pytest.raises(RecipeError, match=r"set frames\.lighting_pattern"):
        run(source, load_recipe(None, KEYS[:3]))
