import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from scuff.cli.import_ import command
from scuff.core.errors import AnnotationError, CatalogueError, RecipeError, ScuffError
from scuff.dataset.catalogue import load_catalogue

HW = (4, 6)
Save = Callable[..., Path]


@pytest.fixture
def save(tmp_path: Path) -> Save:
    """Save a grey picture, or a mask whose first pixels have some values."""

    def write(name: str, *values: int) -> Path:
        pixels = np.full(HW, 0 if values else sum(name.encode()) % 251, np.uint8)
        pixels.ravel()[: len(values)] = values
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(path)
        return path

    return write


def run(*arguments: str | Path) -> tuple[str, str]:
    result = CliRunner().invoke(command, [str(argument) for argument in arguments], catch_exceptions=False)
    assert result.exit_code == 0
    return result.stdout, result.stderr


def test_masks_beside_pictures_with_classes_from_folders(tmp_path: Path, save: Save) -> None:
    save("set/MT_Crack/Imgs/p1_a.jpg")
    save("set/MT_Crack/Imgs/p1_a.png", 255, 130, 100)
    save("set/MT_Crack/Imgs/p1_b.jpg")
    save("set/MT_Crack/Imgs/p1_b.png", 0)
    save("set/MT_Free/Imgs/p2_a.jpg")
    save("set/MT_Free/Imgs/p2_a.png", 0)
    out = tmp_path / "catalogue"
    settings = ["--set", "frames.part_pattern=^(?P<part>p.)_", "--set", 'product.labels.MT_Crack="crack"']
    printed, warned = run(tmp_path / "set", out, "--class-folder-level", "2", *settings)
    assert printed.splitlines() == [
        f"Reading the mask pictures of {tmp_path / 'set'}",
        "Importing",
        "Frames: 3; parts: 2 (from the names); cameras: unknown",
        "  crack         1 frames              2 px",
        "  sound         2 frames",
        "Empty masks: 2 (MT_Crack 1, MT_Free 1)",
        "Broken items: 0",
        f"Wrote {out / 'catalogue.csv'}",
    ]
    assert warned == ""
    assert [row.frame for row in load_catalogue(out).rows] == ["p1_a", "p1_b", "p2_a"]


def test_masks_of_values_in_a_parallel_folder(tmp_path: Path, save: Save) -> None:
    for side in ("training", "test"):
        save(f"images/{side}/1.jpg")
        save(f"annotations/{side}/1.png", 1, 2, 2)
    out = tmp_path / "catalogue"
    options: list[str | Path] = ["--masks", tmp_path / "annotations", "--mask-kind", "values", "--each-image-is-a-part"]
    printed, _ = run(tmp_path / "images", out, *options, "--class-values", "1=dent, 2=scratch")
    assert "parts: 2 (one picture each)" in printed
    catalogue = load_catalogue(out)
    assert [(row.frame, row.part, row.annotations) for row in catalogue.rows] == [
        ("test-1", "test-1", "dent:1;scratch:2"),
        ("training-1", "training-1", "dent:1;scratch:2"),
    ]
    run(tmp_path / "images", out, *options, "--set", 'product.classes=["pit", "lint"]', "--overwrite")
    assert load_catalogue(out).rows[0].annotations == "pit:1;lint:2"


def test_a_table_names_parts_and_cameras(tmp_path: Path, save: Save) -> None:
    save("set/a.png")
    save("set/b.png")
    (tmp_path / "parts.csv").write_text("image,part,camera\na,S1,top\nb,S1,side\n")
    printed, warned = run(tmp_path / "set", tmp_path / "catalogue", "--parts", tmp_path / "parts.csv")
    assert "Frames: 2; parts: 1 (from the table); cameras: 2" in printed
    assert warned == "Note: no picture has a mask: all of them count as sound\n"


def test_unknown_parts_are_warned_about(tmp_path: Path, save: Save) -> None:
    save("set/a.png")
    save("set/a_mask.png", 255)
    printed, warned = run(tmp_path / "set", tmp_path / "catalogue")
    assert "parts: unknown" in printed
    assert "`scuff split` will refuse; set frames.part_pattern" in warned
    assert load_catalogue(tmp_path / "catalogue").record.parts_from == "unknown"


def test_broken_items_are_listed_and_the_rest_imported(tmp_path: Path, save: Save) -> None:
    save("set/good.png")
    Image.new("L", (3, 3)).save(save("set/size.jpg").with_suffix(".png"))
    for number in range(25):
        save(f"set/x{number:02}_mask.png", 255)
    out = tmp_path / "catalogue"
    printed, _ = run(tmp_path / "set", out)
    lines = printed.splitlines()
    start = lines.index("Broken items: 26, left out:")
    assert lines[start + 1].startswith("  size.png: is for a picture of 3×3 pixels, but size.jpg has 6×4;")
    assert lines[start + 2] == "  x00_mask.png: a mask without an image"
    assert lines[start + 21] == f"  and 6 more, all of them in {out / 'import.json'}"
    assert len(load_catalogue(out).record.problems) == 26


def test_strict_writes_nothing(tmp_path: Path, save: Save) -> None:
    save("set/good.png")
    save("set/x_mask.png", 255)
    with pytest.raises(AnnotationError, match=r"x_mask\.png: a mask without an image"):
        run(tmp_path / "set", tmp_path / "catalogue", "--strict")
    assert not (tmp_path / "catalogue").exists()


def test_a_second_import_is_refused(tmp_path: Path, save: Save) -> None:
    save("set/a.png")
    run(tmp_path / "set", tmp_path / "catalogue")
    with pytest.raises(CatalogueError, match="holds a catalogue already"):
        run(tmp_path / "set", tmp_path / "catalogue")
    run(tmp_path / "set", tmp_path / "catalogue", "--overwrite")


def test_the_other_formats_are_recognised(tmp_path: Path, save: Save) -> None:
    picture = save("a.png")
    points = [[1, 1], [3, 1], [3, 3], [1, 3]]
    labelme = {"shapes": [{"label": "dent", "points": points}], "imagePath": picture.name}
    (tmp_path / "a.json").write_text(json.dumps(labelme))
    coco = {
        "images": [{"id": 1, "file_name": "a.png"}],
        "categories": [{"id": 1, "name": "dent"}],
        "annotations": [
            {"id": 1, "image_id": 1, "category_id": 1, "segmentation": [[xy for point in points for xy in point]]}
        ],
    }
    (tmp_path / "coco.json").write_text(json.dumps(coco))
    shape = '<box label="dent" xtl="1" ytl="1" xbr="3" ybr="3" occluded="0"></box>'
    image = f'<image id="0" name="a.png" width="6" height="4">{shape}</image>'
    (tmp_path / "cvat.xml").write_text(f"<annotations>{image}</annotations>")
    for name, shown in (("a.json", "LabelMe"), ("coco.json", "COCO"), ("cvat.xml", "CVAT")):
        printed, _ = run(tmp_path / name, tmp_path / shown)
        assert printed.startswith(f"Reading the {shown} annotations of {tmp_path / name}\n")
        (row,) = load_catalogue(tmp_path / shown).rows
        assert (row.frame, row.annotations) == ("a", "dent:4")


def test_pictures_elsewhere_and_the_width_of_lines(tmp_path: Path, save: Save) -> None:
    save("pictures/a.png")
    shapes = [{"label": "scratch", "shape_type": "line", "points": [[0, 2], [6, 2]]}]
    (tmp_path / "labels").mkdir()
    (tmp_path / "labels" / "a.json").write_text(json.dumps({"shapes": shapes, "imagePath": "a.png"}))
    options: list[str | Path] = ["--images", tmp_path / "pictures", "--line-width-px", "4"]
    run(tmp_path / "labels", tmp_path / "catalogue", "--format", "labelme", *options)
    assert load_catalogue(tmp_path / "catalogue").rows[0].annotations == "scratch:24"


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["--images", "."], "--images has no effect here: it is for coco and cvat and labelme, not for binary masks"),
        (["--mask-kind", "values", "--class", "x"], "--class has no effect here: .* not for masks of values"),
        (["--class-values", "1=x"], "--class-values has no effect here"),
        (["--format", "coco", "--masks", "m"], "--masks has no effect here: .* not for coco"),
        (["--class", "x", "--class-folder-level", "1"], "--class and --class-folder-level contradict each other"),
        (["--parts", "parts.csv", "--each-image-is-a-part"], "--parts and --each-image-is-a-part contradict"),
        (["--mask-kind", "values", "--class-values", "1"], "'1' is not VALUE=CLASS with a value of its own above 0"),
        (["--mask-kind", "values", "--class-values", "0=x"], "'0=x' is not VALUE=CLASS"),
        (["--mask-kind", "values", "--class-values", "1=x,1=y"], "'1=y' is not VALUE=CLASS"),
        (["--mask-kind", "values"], "the values of the masks have no names"),
    ],
)
def test_options_that_make_no_sense_are_refused(
    tmp_path: Path, save: Save, monkeypatch: pytest.MonkeyPatch, options: list[str], reason: str
) -> None:
    save("set/a.png")
    (tmp_path / "parts.csv").touch()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ScuffError, match=reason):
        run("set", "catalogue", *options)
    assert not Path("catalogue").exists()


def test_a_missing_source_is_refused(tmp_path: Path) -> None:
    for options in ([], ["--format", "masks"]):
        with pytest.raises(ScuffError, match="nowhere: there is no such file or folder"):
            run(tmp_path / "nowhere", tmp_path / "catalogue", *options)


def test_a_bad_pattern_is_refused(tmp_path: Path, save: Save) -> None:
    save("set/a.png")
    with pytest.raises(
        RecipeError, match=r"part_pattern = .*\^p.*: must be empty or a regular expression with a group \(\?P<part>"
    ):
        run(tmp_path / "set", tmp_path / "catalogue", "--set", "frames.part_pattern=^p")
