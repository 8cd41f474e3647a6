from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from scuff.cli.patches import command
from scuff.core.errors import SplitError
from scuff.core.picture import read_picture, sha256, write_png
from scuff.dataset.catalogue import Catalogue, Record, Row, add_mask, annotations_text, save_catalogue
from scuff.dataset.patches import load_patches
from scuff.dataset.split import Division, Side, save_division


@pytest.fixture
def catalogue(tmp_path: Path) -> Catalogue:
    """Two parts, the frame of each 32×80 pixels with one scratch in its left corner."""
    folder, mask = tmp_path / "catalogue", np.zeros((32, 80), np.uint8)
    mask[2:6, 3] = 1
    rows = []
    for part in ("P1", "P2"):
        image = folder / f"{part}.png"
        write_png(image, np.full((32, 80, 3), 99, np.uint8))
        annotations = annotations_text(mask, ["scratch"])
        name = add_mask(folder, part, mask)
        rows.append(Row(part, part, "", image.name, 80, 32, name, annotations, sha256(image)))
    record = Record(source="", annotation_format="", classes=("scratch",), parts_from="csv")
    return save_catalogue(folder, record, rows)


@pytest.fixture
def split(tmp_path: Path) -> Path:
    save_division(tmp_path / "split.csv", Division({"P1": Side.TRAINING, "P2": Side.TEST}))
    return tmp_path / "split.csv"


def cut(catalogue: Catalogue, split: Path, *options: str) -> str:
    out = split.parent / "patches"
    arguments = [str(catalogue.folder), str(split), str(out), "--set", "patches.size_px=32", *options]
    result = CliRunner().invoke(command, arguments, catch_exceptions=False)
    assert result.exit_code == 0
    return result.output


def test_cuts_and_says_how_many(catalogue: Catalogue, split: Path) -> None:
    printed = cut(catalogue, split, "--set", "patches.sound_share=0.5")
    assert "training         2 patches (1 with defects, 1 sound) of 1 parts" in printed
    assert "validation       0 patches (0 with defects, 0 sound) of 0 parts" in printed
    assert f"Wrote {split.parent / 'patches'}" in printed
    assert len(load_patches(split.parent / "patches").rows) == 4


def test_says_what_could_not_be_done_as_asked(catalogue: Catalogue, split: Path) -> None:
    printed = cut(catalogue, split, "--set", "patches.sound_share=0.9")
    assert "Note: training: 7 sound patches fewer than patches.sound_share = 0.9 asks for" in printed


def test_draws_a_sheet_of_each_side_that_has_patches(catalogue: Catalogue, split: Path) -> None:
    out = split.parent / "patches"
    printed = cut(catalogue, split, "--preview")
    assert sorted(path.name for path in out.glob("*.png")) == ["preview-test.png", "preview-training.png"]
    assert f"Wrote {out / 'preview-test.png'}" in printed
    assert read_picture(out / "preview-test.png").shape[1] > 200


def test_a_sheet_of_patches_that_are_gone_does_not_stay(catalogue: Catalogue, split: Path) -> None:
    cut(catalogue, split, "--preview")
    cut(catalogue, split)
    assert not list((split.parent / "patches").glob("*.png"))


def test_the_split_of_another_catalogue_is_refused(catalogue: Catalogue, split: Path) -> None:
    save_division(split, Division({"P1": Side.TRAINING, "P2": Side.TEST, "P9": Side.TEST}))
    with pytest.raises(SplitError, match=r"split\.csv: names part 'P9', which the catalogue .* does not have"):
        cut(catalogue, split)
