from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from scuff.core.errors import ScuffError
from scuff.core.picture import write_png
from scuff.dataset.formats.cvat import find
from scuff.dataset.formats.raster import rasterise
from scuff.dataset.formats.region import Annotated, Found, Reading

HW = (6, 8)
MakeXml = Callable[..., Path]

HEAD = """<?xml version="1.0" encoding="utf-8"?>
<annotations>
  <version>1.1</version>
  <meta>
    <task><id>4</id><name>plates</name><size>1</size><mode>annotation</mode>
      <labels><label><name>dent</name><attributes></attributes></label></labels>
    </task>
    <dumped>2024-05-01 11:38:28.799808+00:00</dumped>
  </meta>
"""
COMMON = 'label="dent" source="manual" occluded="0"'


@pytest.fixture
def make(tmp_path: Path) -> MakeXml:
    """Write a CVAT file for one picture of 8×6 pixels."""

    def write(*shapes: str, picture: str = "a.png", name: str = "a.png") -> Path:
        write_png(tmp_path / picture, np.zeros((*HW, 3), np.uint8))
        inside = "\n".join(shapes)
        image = f'<image id="0" name="{name}" width="{HW[1]}" height="{HW[0]}">{inside}</image>'
        path = tmp_path / "annotations.xml"
        path.write_text(f"{HEAD}{image}</annotations>")
        return path

    return write


def only(found: Found) -> Annotated:
    (item,) = found.items
    assert not found.broken
    return item.read()


def marked(annotated: Annotated) -> list[tuple[str, int]]:
    assert not annotated.problems
    return [(region.label, int(rasterise(region, HW).marked.sum())) for region in annotated.regions]


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        (f'<polygon {COMMON} points="1.00,1.00;4.00,1.00;4.00,5.00;1.00,5.00" z_order="0"></polygon>', 12),
        (f'<polyline {COMMON} points="0.00,3.00;8.00,3.00" z_order="0"></polyline>', 16),
        (f'<box {COMMON} xtl="1.00" ytl="1.00" xbr="4.00" ybr="5.00" z_order="0"></box>', 12),
        (f'<box {COMMON} xtl="1" ytl="2" xbr="7" ybr="4" rotation="90.00" z_order="0"></box>', 12),
        (f'<ellipse {COMMON} cx="4.00" cy="3.00" rx="2.00" ry="1.10" z_order="0"></ellipse>', 8),
        (f'<mask {COMMON} rle="1, 2, 3" left="2" top="3" width="3" height="2" z_order="0"></mask>', 2),
    ],
)
def test_every_shape(make: MakeXml, shape: str, expected: int) -> None:
    assert marked(only(find(make(shape), Reading(line_width_px=2)))) == [("dent", expected)]


def test_the_turned_box_stands_where_it_should(make: MakeXml) -> None:
    path = make(f'<box {COMMON} xtl="1" ytl="2" xbr="7" ybr="4" rotation="90.00"></box>')
    bitmap = rasterise(only(find(path, Reading())).regions[0], HW)
    rows, columns = np.nonzero(bitmap.marked)
    assert (rows.min() + bitmap.y, rows.max() + bitmap.y) == (0, 5)
    assert (columns.min() + bitmap.x, columns.max() + bitmap.x) == (3, 4)


def test_an_occluded_shape_is_kept_with_its_attributes_passed_over(make: MakeXml) -> None:
    box = '<box label="dent" occluded="1" xtl="0" ytl="0" xbr="2" ybr="2"><attribute name="depth">9</attribute></box>'
    assert marked(only(find(make(box), Reading()))) == [("dent", 4)]


def test_the_z_order_decides_and_then_the_order_of_the_file(make: MakeXml) -> None:
    boxes = [
        f'<box label="{label}" occluded="0" xtl="0" ytl="0" xbr="2" ybr="2" z_order="{z}"></box>'
        for label, z in (("top", 5), ("low", -1), ("middle", 0), ("upper middle", 0))
    ]
    annotated = only(find(make(*boxes), Reading()))
    assert [region.label for region in annotated.regions] == ["low", "middle", "upper middle", "top"]


def test_tags_are_passed_over_and_counted(make: MakeXml) -> None:
    found = find(make('<tag label="seen" source="manual"></tag>'), Reading())
    assert marked(only(found)) == []
    assert found.notes == ("tags passed over, because a tag marks no pixel: 1",)


@pytest.mark.parametrize(
    ("shape", "reason"),
    [
        (f'<points {COMMON} points="1,1;2,2"></points>', "points 1 (dent): covers no known area"),
        ('<skeleton label="s"></skeleton>', "skeleton 1 (s): covers no known area"),
        (f"<cuboid {COMMON}></cuboid>", "cuboid 1 (dent): covers no known area"),
        (f"<blob {COMMON}></blob>", "blob 1 (dent): shapes of type 'blob' are not known"),
        (f'<polygon {COMMON} points="0,0;4,4;4,0;0,4"></polygon>', "the polygon crosses itself near x 2, y 2"),
        (f'<polygon {COMMON} points="0,0;4"></polygon>', "its points cannot be read"),
        (f"<polygon {COMMON}></polygon>", "has no 'points'; export it again"),
        ('<box xtl="0" ytl="0" xbr="2" ybr="2"></box>', "box 1 (None): has no 'label'"),
        (f'<box {COMMON} xtl="0" ytl="0" xbr="2"></box>', "has no 'ybr'"),
        (f'<box {COMMON} xtl="0" ytl="0" xbr="2" ybr="inf"></box>', "its 'ybr' is no number: 'inf'"),
        (f'<mask {COMMON} rle="a" left="0" top="0" width="3" height="2"></mask>', "its run lengths cannot be read"),
        (f'<mask {COMMON} rle="1" left="0" top="0" width="3" height="2"></mask>', "add up to 1 pixels instead of 6"),
    ],
)
def test_broken_shapes_are_problems(make: MakeXml, shape: str, reason: str) -> None:
    annotated = only(find(make(shape, f'<box {COMMON} xtl="0" ytl="0" xbr="2" ybr="2"></box>'), Reading()))
    (problem,) = annotated.problems
    assert problem.startswith("a.png, ")
    assert reason in problem
    assert len(annotated.regions) == 1


def test_pictures_are_found_beside_the_file_or_where_told(make: MakeXml, tmp_path: Path) -> None:
    (item,) = find(make(picture="images/deep/a.png", name="deep/a.png"), Reading()).items
    assert item.image == tmp_path / "images" / "deep" / "a.png"
    path = make(picture="elsewhere/b.png", name="b.png")
    assert "its picture 'b.png' is missing; name the folder" in find(path, Reading()).broken[0].reason
    (item,) = find(path, Reading(images=tmp_path / "elsewhere")).items
    assert item.image == tmp_path / "elsewhere" / "b.png"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("<annotations>", "cannot be read as XML"),
        ("<annotation></annotation>", "not a CVAT file (its root is <annotation>)"),
        ("<annotations><track id='0'></track></annotations>", "export it as “CVAT for images 1.1”"),
    ],
)
def test_broken_files_are_listed(tmp_path: Path, text: str, reason: str) -> None:
    (tmp_path / "annotations.xml").write_text(text)
    (broken,) = find(tmp_path, Reading()).broken
    assert broken.file == tmp_path / "annotations.xml"
    assert reason in broken.reason


def test_a_suffix_in_capitals_is_read_and_a_folder_without_any_is_refused(make: MakeXml, tmp_path: Path) -> None:
    path = make()
    assert len(find(path.rename(path.with_suffix(".XML")).parent, Reading()).items) == 1
    (tmp_path / "empty").mkdir()
    with pytest.raises(ScuffError, match=r"empty: holds no \.xml file"):
        find(tmp_path / "empty", Reading())
