from pathlib import Path

import pytest

from scuff.core.errors import ScuffError
from scuff.dataset.formats.detect import detect

LABELME, COCO, CVAT = '{"shapes": []}', '{"images": []}', "<annotations></annotations>"


def write(folder: Path, **files: str) -> Path:
    for name, content in files.items():
        stem, _, suffix = name.partition("_")
        (folder / f"{stem}.{suffix}").write_text(content)
    return folder


def test_files_and_folders_are_looked_into(tmp_path: Path) -> None:
    for content, name, expected in ((LABELME, "a_json", "labelme"), (COCO, "b_json", "coco"), (CVAT, "c_xml", "cvat")):
        folder = tmp_path / expected
        folder.mkdir()
        write(folder, **{name: content, "d_png": ""})
        assert detect(folder) == detect(folder / name.replace("_", ".")) == expected


def test_pictures_alone_have_masks(tmp_path: Path) -> None:
    assert detect(write(tmp_path, a_png="")) == "masks"


def test_a_damaged_first_file_hides_nothing(tmp_path: Path) -> None:
    assert detect(write(tmp_path, a_json="{", b_json=LABELME, c_png="")) == "labelme"


def test_unknown_annotations_are_never_taken_for_none(tmp_path: Path) -> None:
    write(tmp_path, a_png="", a_xml="<voc></voc>")
    with pytest.raises(ScuffError, match=r"a\.xml: in no annotation format that scuff knows .* give --format masks"):
        detect(tmp_path)


def test_what_is_not_clear_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ScuffError, match="there is no such file or folder"):
        detect(tmp_path / "nowhere")
    with pytest.raises(ScuffError, match="holds neither pictures nor annotations; an archive must be unpacked"):
        detect(write(tmp_path, notes_txt=""))
    with pytest.raises(ScuffError, match="holds neither pictures nor annotations"):
        detect(write(tmp_path, set_zip="") / "set.zip")
    with pytest.raises(ScuffError, match=r"one\.png: is a picture; give the folder that holds it with the others"):
        detect(write(tmp_path, one_png="") / "one.png")
    with pytest.raises(ScuffError, match="holds cvat and labelme annotations; choose with --format"):
        detect(write(tmp_path, a_json=LABELME, b_xml=CVAT))
