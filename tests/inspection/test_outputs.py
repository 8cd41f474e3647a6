import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from scuff.core.errors import ScuffError
from scuff.inspection.outputs import REPORT, TABLE, begin_run, write_picture, write_table
from scuff.inspection.pipeline import Inspector
from scuff.inspection.result import Result, TableRow

WritePicture = Callable[..., Path]
Pixels = NDArray[np.uint8]


def test_three_files_for_a_picture(
    inspector: Inspector, write_picture_file: WritePicture, plate: Pixels, tmp_path: Path
) -> None:
    result = write_picture(tmp_path / "out", inspector.inspect(write_picture_file("plate.png", plate)))
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "plate.json",
        "plate.mask.png",
        "plate.overlay.png",
    ]
    assert Result.model_validate_json((tmp_path / "out" / "plate.json").read_bytes()) == result
    assert (result.overlay, result.mask) == ("plate.overlay.png", "plate.mask.png")


def test_mask_holds_class_values_and_colours(
    inspector: Inspector, write_picture_file: WritePicture, plate: Pixels, tmp_path: Path
) -> None:
    write_picture(tmp_path, inspector.inspect(write_picture_file("plate.png", plate)))
    with Image.open(tmp_path / "plate.mask.png") as mask:
        assert mask.mode == "P"
        values = np.asarray(mask)
        assert mask.convert("RGB").getpixel((5, 10)) == (255, 0, 0)
    assert np.bincount(values.ravel()).tolist() == [40 * 60 - 29, 20, 9]


def test_pictures_of_an_earlier_run_do_not_stay_beside_an_error(
    inspector: Inspector, write_picture_file: WritePicture, plate: Pixels, tmp_path: Path
) -> None:
    path, out = write_picture_file("plate.png", plate), tmp_path / "out"
    write_picture(out, inspector.inspect(path))
    path.write_bytes(b"")
    result = write_picture(out, inspector.inspect(path))
    assert [file.name for file in out.iterdir()] == ["plate.json"]
    assert (result.overlay, result.mask) == (None, None)


def test_table_has_a_row_for_each_picture(
    inspector: Inspector, write_picture_file: WritePicture, plate: Pixels, tmp_path: Path
) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "empty.png").touch()
    sound = write_picture_file("sound.png", plate[:5])
    paths = [write_picture_file("plate.png", plate), sound, tmp_path / "in" / "empty.png"]
    write_table(tmp_path, [inspector.inspect(path).result for path in paths])
    with (tmp_path / TABLE).open(newline="") as file:
        defective, good, unread = csv.DictReader(file)
    assert list(defective) == list(TableRow.model_fields)
    assert (defective["outcome"], defective["defects"], defective["classes"]) == ("fail", "2", "dent:1;scratch:1")
    assert (defective["area_px"], defective["longest_px"], defective["longest_mm"]) == ("29", "20.0", "")
    assert (good["outcome"], good["defects"], good["highest_score"]) == ("pass", "0", "")
    assert (unread["outcome"], unread["defects"], unread["area_px"]) == ("not-inspected", "", "")
    assert unread["error"].startswith("not a picture that can be read")


def test_new_run_begins_without_an_old_summary(tmp_path: Path) -> None:
    for name in (TABLE, REPORT, "kept.json"):
        (tmp_path / name).touch()
    begin_run(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["kept.json"]


def test_new_run_begins_without_the_files_of_an_earlier_one(
    inspector: Inspector, write_picture_file: WritePicture, plate: Pixels, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    write_table(out, [write_picture(out, inspector.inspect(write_picture_file("plate.png", plate)))])
    (out / "mine.json").touch()
    assert len(list(out.iterdir())) == 5
    begin_run(out)
    assert [path.name for path in out.iterdir()] == ["mine.json"]


def test_a_table_cannot_name_files_elsewhere(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (tmp_path / "precious.json").touch()
    columns = list(TableRow.model_fields)
    row = ["../precious" if name == "frame" else "" for name in columns]
    (out / TABLE).write_text(",".join(columns) + "\n" + ",".join(row) + "\n")
    begin_run(out)
    assert (tmp_path / "precious.json").exists()


def test_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ScuffError, match=r"--out .*file/out: cannot be written to \(Not a directory\); name another"):
        begin_run(tmp_path / "file" / "out")
