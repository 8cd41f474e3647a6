import base64
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from scuff.core.picture import write_png
from scuff.dataset.formats.labelme import find
from scuff.dataset.formats.raster import rasterise
from scuff.dataset.formats.region import Annotated, Broken, Found, Reading

HW = (6, 8)
MakeJson = Callable[..., Path]


def png(values: Any) -> str:
    """A PNG in base64, as LabelMe embeds it."""
    encoded = io.BytesIO()
    Image.fromarray(np.asarray(values, np.uint8)).save(encoded, format="PNG")
    return base64.b64encode(encoded.getvalue()).decode()


def shape(shape_type: str | None, points: Any, label: Any = "dent", **others: Any) -> dict[str, Any]:
    """A shape as LabelMe 5 writes it."""
    return {
        "label": label,
        "points": points,
        "group_id": None,
        "description": "",
        "shape_type": shape_type,
        "flags": {},
        "mask": None,
        **others,
    }


@pytest.fixture
def make(tmp_path: Path) -> MakeJson:
    """Write a LabelMe file beside its picture."""

    def write(*shapes: object, name: str = "a.json", picture: str | None = "a.png", **fields: Any) -> Path:
        if picture:
            write_png(tmp_path / picture, np.zeros((*HW, 3), np.uint8))
        content = {
            "version": "5.5.0",
            "flags": {},
            "shapes": shapes,
            "imagePath": picture,
            "imageData": None,
            "imageHeight": HW[0],
            "imageWidth": HW[1],
            **fields,
        }
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content))
        return path

    return write


def only(found: Found) -> Annotated:
    (item,) = found.items
    assert not found.broken
    return item.read()


def count(annotated: Annotated) -> list[int]:
    """Pixels of each region."""
    assert not annotated.problems
    return [int(rasterise(region, HW).marked.sum()) for region in annotated.regions]


@pytest.mark.parametrize(
    ("shape_type", "points", "expected"),
    [
        ("polygon", [[1, 1], [4, 1], [4, 5], [1, 5]], 12),
        (None, [[1, 1], [4, 1], [4, 5], [1, 5]], 12),  # old files have no type
        ("oriented_rectangle", [[1, 1], [4, 1], [4, 5], [1, 5]], 12),
        ("rectangle", [[4, 5], [1, 1]], 12),
        ("rectangle", [[1, 1], [4, 1], [4, 5], [1, 5]], 12),  # newer files have all corners
        ("circle", [[4, 3], [4, 1.9]], 4),
        ("line", [[0, 3], [8, 3]], 16),
        ("linestrip", [[0, 2], [4, 2], [8, 2]], 16),
    ],
)
def test_drawn_shapes(make: MakeJson, shape_type: str | None, points: list[list[float]], expected: int) -> None:
    path = make(shape(shape_type, points))
    assert count(only(find(path, Reading(line_width_px=2)))) == [expected]


def test_a_painted_mask_lies_at_its_first_point(make: MakeJson) -> None:
    path = make(shape("mask", [[5, 3], [7, 4]], mask=png([[0, 1, 1], [1, 0, 0]])))
    (region,) = only(find(path, Reading())).regions
    bitmap = rasterise(region, HW)
    assert (bitmap.x, bitmap.y) == (5, 3)
    assert bitmap.marked.tolist() == [[False, True, True], [True, False, False]]


def test_labels_and_order_are_kept(make: MakeJson) -> None:
    box = [[0, 0], [2, 2]]
    annotated = only(find(make(shape("rectangle", box, "dent"), shape("rectangle", box, "scratch")), Reading()))
    assert [region.label for region in annotated.regions] == ["dent", "scratch"]
    assert [region.where for region in annotated.regions] == ["shape 1 (dent)", "shape 2 (scratch)"]
    assert annotated.size_hw == HW


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (shape("polygon", [[0, 0], [4, 4], [4, 0], [0, 4]]), "the polygon crosses itself near x 2, y 2"),
        (shape("point", [[3, 3]]), "a point covers no area; draw what it stands for"),
        (shape("cube", [[3, 3]]), "shapes of type 'cube' are not known"),
        (shape("circle", [[3, 3]]), "needs two points, not 1"),
        (shape("polygon", "here"), "\"points\" must be a list of [x, y], not 'here'"),
        (shape("polygon", [[0, 0, 0]]), '"points" must be a list of [x, y], not [[0, 0, 0]]'),
        (shape("polygon", [[0, float("nan")]]), '"points" must be a list of [x, y], not [[0, nan]]'),
        (shape("mask", [[0, 0], [1, 1]]), '"mask" must be a text, not nothing'),
        (shape("mask", [[0, 0], [1, 1]], mask="%"), '"mask" is no base64'),
        (shape("mask", [[0, 0], [1, 1]], mask="abcd"), "not a picture that can be read"),
        (shape("mask", [[0, 0], [3, 1]], mask=png([[1, 1]])), "its mask is 2×1 pixels, but its points span 4×2"),
        (shape("polygon", [[0, 0]], label=None), '"label" must be a text, not nothing'),
    ],
)
def test_a_broken_shape_is_a_problem_and_the_others_are_read(make: MakeJson, broken: object, reason: str) -> None:
    annotated = only(find(make(broken, shape("rectangle", [[0, 0], [2, 2]])), Reading()))
    (problem,) = annotated.problems
    assert problem.startswith("shape 1 (")
    assert reason in problem
    assert len(annotated.regions) == 1


def test_the_picture_is_found_wherever_its_path_leads(make: MakeJson, tmp_path: Path) -> None:
    write_png(tmp_path / "pictures" / "b.png", np.zeros((*HW, 3), np.uint8))
    picture = tmp_path / "pictures" / "b.png"
    for image_path in ("../pictures/b.png", "..\\pictures\\b.png", str(picture)):
        path = make(picture=None, name="labels/a.json", imagePath=image_path)
        (item,) = find(path, Reading()).items
        assert item.image is not None
        assert item.image.resolve() == picture.resolve()
        assert item.file_name == "b.png"


def test_a_path_of_another_computer_leads_to_the_same_name_nearby(make: MakeJson, tmp_path: Path) -> None:
    for image_path in ("C:\\Users\\me\\a.png", "/home/me/a.png"):
        (item,) = find(make(imagePath=image_path), Reading()).items
        assert item.image == tmp_path / "a.png"
    path = make(picture=None, name="labels/a.json", imagePath="/home/me/a.png")
    (item,) = find(path, Reading(images=tmp_path)).items
    assert item.image == tmp_path / "a.png"


def test_a_picture_that_is_gone_is_taken_from_the_file(make: MakeJson) -> None:
    pixels = png(np.zeros((*HW, 3)))
    (item,) = find(make(picture=None, imagePath="gone.tif", imageData=pixels), Reading()).items
    assert (item.image, item.file_name) == (None, "gone.tif")
    assert item.read().embedded == base64.b64decode(pixels)


def test_a_picture_on_disk_comes_before_the_embedded_one(make: MakeJson, tmp_path: Path) -> None:
    (item,) = find(make(imageData="whatever"), Reading()).items
    assert item.image == tmp_path / "a.png"
    assert item.read().embedded is None


def test_without_both_the_picture_of_the_same_name_is_taken(make: MakeJson, tmp_path: Path) -> None:
    (item,) = find(make(imagePath="gone.jpg"), Reading()).items
    assert item.image == tmp_path / "a.png"


def test_a_picture_in_an_unknown_format_is_taken_from_the_file_or_refused(make: MakeJson) -> None:
    (item,) = find(make(picture=None, imagePath="a.webp", imageData=png([[0]])), Reading()).items
    assert item.image is None
    (broken,) = find(make(picture=None, imagePath="a.webp"), Reading()).broken
    assert "its picture 'a.webp': a .webp file is no picture that scuff reads; convert it to PNG" in broken.reason


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("{", "cannot be read as JSON"),
        ("[]", "holds no JSON object"),
        ("{}", 'not a LabelMe file (it has no "shapes")'),
        ('{"shapes": []}', '"imagePath" must be a text, not nothing'),
        ('{"shapes": [], "imagePath": "gone.png"}', "'gone.png' is missing, and no imageData is embedded"),
    ],
)
def test_a_broken_file_is_listed_and_its_picture_is_not_called_sound(
    make: MakeJson, tmp_path: Path, content: str, reason: str
) -> None:
    make()
    (tmp_path / "labels").mkdir()
    write_png(tmp_path / "b.png", np.zeros((*HW, 3), np.uint8))
    (tmp_path / "labels" / "b.json").write_text(content)
    found = find(tmp_path, Reading())
    assert [item.name.as_posix() for item in found.items] == ["a.json"]
    broken, picture = found.broken
    assert broken.file == tmp_path / "labels" / "b.json"
    assert reason in broken.reason
    assert picture == Broken(tmp_path / "b.png", "b.json, which is broken, may be its annotation")


def blank(path: Path) -> Path:
    write_png(path, np.zeros((*HW, 3), np.uint8))
    return path


def sound(found: Found) -> list[str]:
    return [item.name.as_posix() for item in found.items if not item.read().regions]


def listed(found: Found) -> dict[str, str]:
    return {broken.file.name: broken.reason for broken in found.broken}


def test_a_broken_file_beside_its_picture_leaves_other_pictures_of_that_name_alone(tmp_path: Path) -> None:
    for folder in ("x", "y"):
        blank(tmp_path / folder / "b.png")
    (tmp_path / "x" / "b.json").write_text("{")
    found = find(tmp_path, Reading())
    assert sound(found) == ["y/b.png"]
    assert listed(found)["b.png"] == "b.json has its name, but is broken"


def test_a_broken_file_of_a_longer_name_leaves_its_picture_not_sound(tmp_path: Path) -> None:
    for name in ("b.png", "c.png", "deep/b.png"):
        blank(tmp_path / name)
    (tmp_path / "B_labels.json").write_text("{")
    found = find(tmp_path, Reading())
    assert sound(found) == ["c.png", "deep/b.png"]
    assert listed(found)["b.png"] == "B_labels.json, which is broken, may be its annotation"


def test_a_file_that_describes_another_picture_leaves_its_namesake_not_sound(make: MakeJson, tmp_path: Path) -> None:
    make(shape("rectangle", [[0, 0], [2, 2]]), picture="c.png")
    blank(tmp_path / "a.png")
    found = find(tmp_path, Reading())
    assert [item.file_name for item in found.items] == ["c.png"]
    assert listed(found) == {"a.png": "a.json has its name, but describes another picture; rename one of the two"}


def test_a_missing_picture_that_lies_elsewhere_is_not_sound(make: MakeJson, tmp_path: Path) -> None:
    make(picture=None, imagePath="7.png")
    blank(tmp_path / "deep" / "7.png")
    found = find(tmp_path, Reading())
    assert not found.items
    assert list(listed(found)) == ["a.json", "7.png"]


def test_sound_pictures_in_the_folder_of_the_pictures_are_kept(make: MakeJson, tmp_path: Path) -> None:
    make(shape("rectangle", [[0, 0], [2, 2]]), name="labels/a.json", picture="pictures/a.png", imagePath="a.png")
    (tmp_path / "labels" / "broken.json").write_text("{")
    for name in ("sound.png", "deep/sound.png", "broken.png"):
        blank(tmp_path / "pictures" / name)
    (tmp_path / "pictures" / "odd.webp").touch()
    found = find(tmp_path / "labels", Reading(images=tmp_path / "pictures"))
    assert sound(found) == ["deep/sound.png", "sound.png"]
    assert list(listed(found)) == ["odd.webp", "broken.json", "broken.png"]
    within = find(tmp_path, Reading(images=tmp_path / "pictures"))  # no picture counts twice
    assert sound(within) == ["pictures/deep/sound.png", "pictures/sound.png"]


def test_a_picture_of_the_same_name_is_no_stand_in_for_the_embedded_one(make: MakeJson, tmp_path: Path) -> None:
    path = make(picture=None, name="5.json", imagePath="../x/5.png", imageData=png(np.zeros((*HW, 3))))
    beside = blank(tmp_path / "5.png")
    (item,) = find(path, Reading()).items
    assert item.image is None
    (item,) = find(path, Reading(images=tmp_path)).items  # told where the pictures are
    assert item.image == beside


def test_without_any_file_all_pictures_are_sound_and_that_is_remarked(tmp_path: Path) -> None:
    blank(tmp_path / "a.png")
    assert find(tmp_path, Reading()).notes == ("no picture has a JSON: all of them count as sound",)


def test_pictures_without_a_file_are_sound(make: MakeJson, tmp_path: Path) -> None:
    make(shape("rectangle", [[0, 0], [2, 2]]))
    write_png(tmp_path / "sound.png", np.zeros((*HW, 3), np.uint8))
    (tmp_path / "odd.webp").touch()
    found = find(tmp_path, Reading())
    assert {item.name.as_posix(): len(item.read().regions) for item in found.items} == {"a.json": 1, "sound.png": 0}
    (broken,) = found.broken
    assert broken.file.name == "odd.webp"
