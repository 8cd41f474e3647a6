import shlex
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from scuff.cli.annotations import command
from scuff.cli.import_ import command as import_command
from scuff.core.errors import CatalogueError
from scuff.core.picture import write_png
from scuff.dataset.catalogue import Catalogue, Record, Row, add_mask, annotations_text, load_catalogue, save_catalogue

CLASSES = ("scratch", "dent")


@pytest.fixture
def catalogue(tmp_path: Path) -> Catalogue:
    """A frame with a ring of one class around another, and a sound frame."""
    mask = np.zeros((5, 6), np.uint8)
    mask[1:4, 1:4] = 1
    mask[2, 2] = 2
    folder, rows = tmp_path / "catalogue", []
    for frame, values in (("a", mask), ("b", np.zeros_like(mask))):
        write_png(folder / f"{frame}.png", np.full((5, 6, 3), ord(frame), np.uint8))
        relative = add_mask(folder, frame, values) if values.any() else ""
        rows.append(Row(frame, frame, "", f"{frame}.png", 6, 5, relative, annotations_text(values, CLASSES), ""))
    record = Record(source="", annotation_format="", classes=CLASSES, parts_from="each-image")
    return save_catalogue(folder, record, rows)


def write(*arguments: str | Path) -> str:
    result = CliRunner().invoke(command, [str(argument) for argument in arguments], catch_exceptions=False)
    assert result.exit_code == 0
    return result.stdout


HINT = (
    "LabelMe keeps no order of classes; import with "
    """--set 'product.classes=["scratch", "dent"]' to have the same"""
)


@pytest.mark.parametrize(
    ("name", "files", "hints"), [("labelme", ["a.json", "b.json"], [HINT]), ("coco", ["annotations.json"], [])]
)
def test_what_is_written_is_read_again(
    tmp_path: Path, catalogue: Catalogue, name: str, files: list[str], hints: list[str]
) -> None:
    out, again = tmp_path / "out", tmp_path / "again"
    printed = write(catalogue.folder, out, "--format", name)
    assert printed.splitlines() == ["Writing", f"Wrote the annotations of 2 frames into {out}", *hints]
    assert sorted(path.name for path in out.iterdir()) == files
    options = shlex.split(hints[0].partition("import with ")[2].partition(" to have")[0]) if hints else []
    assert CliRunner().invoke(import_command, [str(out), str(again), *options], catch_exceptions=False).exit_code == 0
    imported = load_catalogue(again)
    assert imported.record.problems == ()
    assert imported.classes == CLASSES
    for row, before in zip(imported.rows, catalogue.rows, strict=True):
        assert (imported.mask(row) == catalogue.mask(before)).all()
        assert imported.image(row).samefile(catalogue.image(before))


def test_files_are_only_replaced_when_told(tmp_path: Path, catalogue: Catalogue) -> None:
    write(catalogue.folder, tmp_path / "out", "--format", "coco")
    with pytest.raises(CatalogueError, match=r"annotations\.json: is there already"):
        write(catalogue.folder, tmp_path / "out", "--format", "coco")
    write(catalogue.folder, tmp_path / "out", "--format", "coco", "--overwrite")
