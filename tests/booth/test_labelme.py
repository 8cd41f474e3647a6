import json
from pathlib import Path

import numpy as np
from PIL import Image

from scuff.booth.labelme import Painted, labelme_text
from scuff.core.recipe import Product
from scuff.dataset.formats import labelme
from scuff.dataset.formats.region import Reading
from scuff.dataset.labels import cover, paint

HW = (5, 7)
SCRATCH = Painted(3, "scratch", 1, 0, np.array([[1, 1, 1], [0, 0, 1]], np.bool_))
DENT = Painted(5, "dent", 1, 1, np.array([[1, 1, 0], [1, 1, 1]], np.bool_))
DOT = Painted(6, "pit", 6, 4, np.ones((1, 1), np.bool_))


def test_what_is_painted_is_read_back_to_the_pixel(tmp_path: Path) -> None:
    Image.new("L", HW[::-1]).save(tmp_path / "P0001-left.png")
    text = labelme_text("P0001-left.png", HW, [SCRATCH, DENT, DOT])
    (tmp_path / "P0001-left.json").write_text(text, encoding="utf-8")
    found = labelme.find(tmp_path, Reading(None, 3.0))
    assert found.broken == ()
    (item,) = found.items
    read = item.read()
    assert (read.size_hw, read.problems) == (HW, ())
    covered, problems = cover(read.regions, HW, Product())
    mask, hidden = paint(covered, HW, {"scratch": 1, "dent": 2, "pit": 3})
    assert [*problems, *hidden] == []
    assert mask.tolist() == [
        [0, 1, 1, 1, 0, 0, 0],
        [0, 2, 2, 1, 0, 0, 0],
        [0, 2, 2, 2, 0, 0, 0],
        [0, 0, 0, 0, 0, 0, 0],
        [0, 0, 0, 0, 0, 0, 3],
    ]


def test_a_shape_has_the_class_and_the_id_of_its_flaw() -> None:
    shapes = json.loads(labelme_text("a.png", HW, [SCRATCH, DOT]))["shapes"]
    assert [(shape["label"], shape["group_id"], shape["shape_type"]) for shape in shapes] == [
        ("scratch", 3, "mask"),
        ("pit", 6, "mask"),
    ]
    assert [shape["points"] for shape in shapes] == [[[1, 0], [3, 1]], [[6, 4], [6, 4]]]


def test_a_sound_frame_has_no_shapes() -> None:
    content = json.loads(labelme_text("a.png", HW, []))
    assert content["shapes"] == []
    assert (content["imagePath"], content["imageHeight"], content["imageWidth"]) == ("a.png", 5, 7)
