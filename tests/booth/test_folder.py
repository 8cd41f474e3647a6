import json
from pathlib import Path

import numpy as np
import pytest

from scuff.booth.exposure import Exposure
from scuff.booth.folder import Folder
from scuff.booth.labelme import Painted
from scuff.booth.record import RunRecord
from scuff.booth.truth import Truth
from scuff.core.errors import BoothError
from scuff.core.frame import Frame
from scuff.core.picture import read_picture, read_values, sha256

PIXELS = np.arange(18, dtype=np.uint8).reshape(2, 3, 3)
MASK = np.array([[0, 2, 2], [0, 0, 0]], np.uint8)
FILES = ["frames/a.png", "frames/a.json", "masks/a.png", "metadata/a.json"]


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """A folder with the frame ``a``."""
    folder = Folder(tmp_path / "out")
    truth = Truth(MASK, (Painted(1, "dent", 1, 0, np.ones((1, 2), np.bool_)),), {})
    folder.write_frame(Frame("a", PIXELS, "P0001", "left"), truth, {"part": "P0001"})
    return folder


def test_a_frame_has_four_files(folder: Folder) -> None:
    assert sorted(path.relative_to(folder.root).as_posix() for path in folder.root.rglob("*.*")) == sorted(FILES)
    assert read_picture(folder.root / "frames/a.png").tolist() == PIXELS.tolist()
    assert read_values(folder.root / "masks/a.png").tolist() == MASK.tolist()
    assert json.loads((folder.root / "frames/a.json").read_text())["imagePath"] == "a.png"
    record = json.loads((folder.root / "metadata/a.json").read_text())
    assert record["part"] == "P0001"
    assert record["sha256"] == {name: sha256(folder.root / name) for name in FILES[:3]}


@pytest.mark.parametrize("name", FILES)
def test_a_frame_counts_only_while_all_of_its_files_are_whole(folder: Folder, name: str) -> None:
    assert folder.has("a")
    path = folder.root / name
    path.write_bytes(path.read_bytes()[:-5])
    assert not folder.has("a")
    path.unlink()
    assert not folder.has("a")


def test_a_record_that_is_none_does_not_count(folder: Folder) -> None:
    for content in ("[]", "{}", '{"sha256": []}', "\xff"):
        (folder.root / "metadata/a.json").write_text(content, encoding="latin-1")
        assert not folder.has("a")


def test_a_run_is_read_as_it_was_written(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "out")
    assert folder.read_run() is None
    record = RunRecord({"scuff": "1"}, {("left", "AB", "brushed"): Exposure(100.25, 6.0)}, (1, 3))
    folder.write_run(record, [("P0001-left.png", "P0001", "left")])
    assert folder.read_run() == record
    assert (folder.root / "parts.csv").read_text() == "image,part,camera\nP0001-left.png,P0001,left\n"


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"exposures": 1, "parts": []}', '{"exposures": [{"camera": "left"}], "parts": []}']
)
def test_a_damaged_run_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "booth.json").write_text(content)
    with pytest.raises(BoothError, match=r"booth\.json: is damaged; delete .*, or render into another folder"):
        Folder(tmp_path).read_run()


def test_a_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / ".hidden").touch()
    Folder(tmp_path).check()
    Folder(tmp_path / "new").check()
    (tmp_path / "frames").mkdir()
    with pytest.raises(BoothError, match="holds 'frames', and no run of the booth; name an empty folder"):
        Folder(tmp_path).check()
    (tmp_path / "booth.json").touch()
    Folder(tmp_path).check()
    with pytest.raises(BoothError, match="is a file; name a folder"):
        Folder(tmp_path / ".hidden").check()
