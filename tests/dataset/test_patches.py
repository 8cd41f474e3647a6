import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from scuff.core.errors import CatalogueError, SplitError
from scuff.core.frame import Frame
from scuff.core.mask import OUTSIDE
from scuff.core.recipe import Patches as Settings
from scuff.dataset.catalogue import Catalogue, Row
from scuff.dataset.patches import PatchRow, cut_patches, load_patches
from scuff.dataset.split import Division, Side, load_division

SMALL = Settings(size_px=32)
"""Windows of 32×32 pixels, 24 apart."""

MakeCatalogue = Callable[..., Catalogue]


def mask(height: int, width: int, *defects_yx: tuple[int, int], value: int = 1) -> NDArray[np.uint8]:
    values = np.zeros((height, width), np.uint8)
    for y, x in defects_yx:
        values[y, x] = value
    return values


@pytest.fixture
def catalogue(make_catalogue: MakeCatalogue) -> Catalogue:
    """Three parts: one of two windows with a defect, one smaller than a patch, one sound."""
    return make_catalogue(
        {
            "P1-top": mask(32, 80, (3, 1), (4, 1), (5, 79)),
            "P2-top": mask(20, 30, (19, 29), value=2),
            "P3-top": mask(40, 40),
        }
    )


DIVISION = Division({"P1": Side.TRAINING, "P2": Side.TEST, "P3": Side.TRAINING})


def test_cuts_the_pixels_and_masks_that_the_table_describes(catalogue: Catalogue, tmp_path: Path) -> None:
    patches = cut_patches(catalogue, DIVISION, SMALL, 0, tmp_path / "patches")
    assert patches.rows == (
        PatchRow(Side.TRAINING, "P1-top", "P1", 0, 0, 32, 32, 2),
        PatchRow(Side.TRAINING, "P1-top", "P1", 0, 48, 32, 32, 1),
        PatchRow(Side.TEST, "P2-top", "P2", 0, 0, 20, 30, 1),
    )
    assert patches.images.shape == (3, 32, 32, 3)
    assert patches.masks.shape == (3, 32, 32)
    for number, row in enumerate(patches.rows[:2]):
        # The picture's pixels hold their own place: row, column, frame.
        assert patches.images[number, 7, 9].tolist() == [7 + row.y, 9 + row.x, 0]
    assert np.argwhere(patches.masks[0]).tolist() == [[3, 1], [4, 1]]
    assert np.argwhere(patches.masks[1]).tolist() == [[5, 31]]
    assert patches.indices(Side.TRAINING).tolist() == [0, 1]
    assert patches.indices(Side.VALIDATION).tolist() == []
    assert patches.indices(Side.TEST).tolist() == [2]


def test_a_frame_smaller_than_a_patch_is_mirrored_and_its_padding_marked(catalogue: Catalogue, tmp_path: Path) -> None:
    patches = cut_patches(catalogue, DIVISION, SMALL, 0, tmp_path / "patches")
    image, values = patches.images[2], patches.masks[2]
    assert image[20, 30].tolist() == [18, 28, 1]  # behind row 19 comes row 18 again, behind column 29 column 28
    assert values[19, 29] == 2
    assert np.all(values[20:] == OUTSIDE)
    assert np.all(values[:, 30:] == OUTSIDE)
    assert np.count_nonzero(values == OUTSIDE) == 32 * 32 - 20 * 30


def test_the_record_says_how_they_were_cut(catalogue: Catalogue, tmp_path: Path) -> None:
    record = cut_patches(catalogue, DIVISION, SMALL, 7, tmp_path / "patches").record
    assert (record.size_px, record.overlap, record.min_defect_px, record.sound_share) == (32, 0.25, 1, 0.0)
    assert (record.seed, record.classes) == (7, ("scratch", "dent"))
    assert record.catalogue == "../catalogue"
    assert record.catalogue_sha256 == catalogue.checksum()
    assert load_division(tmp_path / "patches" / record.split) == DIVISION
    assert record.split_sha256 == DIVISION.checksum()


def test_each_picture_is_read_once_and_only_if_something_is_cut(
    catalogue: Catalogue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads: Counter[str] = Counter()
    frame = Catalogue.frame

    def counted(self: Catalogue, row: Row) -> Frame:
        reads[row.frame] += 1
        return frame(self, row)

    monkeypatch.setattr(Catalogue, "frame", counted)
    cut_patches(catalogue, DIVISION, SMALL, 0, tmp_path / "patches")
    assert reads == {"P1-top": 1, "P2-top": 1}


def test_the_same_cut_gives_the_same_bytes(catalogue: Catalogue, tmp_path: Path) -> None:
    settings = Settings(size_px=32, sound_share=0.5)
    for name in ("one", "two"):
        cut_patches(catalogue, DIVISION, settings, 5, tmp_path / name)
    files = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert files == ["images.npy", "masks.npy", "patches.csv", "patches.json", "split.csv"]
    for name in files:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_what_cannot_be_had_is_noted(catalogue: Catalogue, tmp_path: Path) -> None:
    sides = {**DIVISION.sides, "P3": Side.VALIDATION}
    settings = Settings(size_px=32, sound_share=0.5)
    record = cut_patches(catalogue, Division(sides), settings, 0, tmp_path / "patches").record
    assert record.notes == (
        "training: 1 sound patches fewer than patches.sound_share = 0.5 asks for; its frames have no more windows "
        "without a defect",
        "validation: no patches, since no window of its 1 frames holds 1 or more defective pixels",
        "test: 1 sound patches fewer than patches.sound_share = 0.5 asks for; its frames have no more windows "
        "without a defect",
    )


def test_progress_counts_up_to_the_end(catalogue: Catalogue, tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    cut_patches(catalogue, DIVISION, SMALL, 0, tmp_path / "patches", lambda *step: seen.append(step))
    assert seen == [(1, 6), (2, 6), (3, 6), (4, 6), (5, 6), (6, 6)]


def test_patches_are_not_put_among_other_things(catalogue: Catalogue, tmp_path: Path) -> None:
    folder = tmp_path / "work"
    folder.mkdir()
    for name in ("images.npy", "preview-test.png", ".hidden"):  # as an interrupted cut leaves them
        (folder / name).touch()
    cut_patches(catalogue, DIVISION, SMALL, 0, folder)
    (folder / "notes.txt").touch()
    cut_patches(catalogue, DIVISION, SMALL, 0, folder)  # they are patches, whatever lies beside them
    (folder / "patches.json").unlink()
    arrays = (folder / "images.npy").read_bytes()
    with pytest.raises(CatalogueError, match=r"work: holds 'notes\.txt' and no patches; name another folder"):
        cut_patches(catalogue, DIVISION, SMALL, 0, folder)
    assert (folder / "images.npy").read_bytes() == arrays
    with pytest.raises(CatalogueError, match=r"notes\.txt: is a file; name a folder for the patches"):
        cut_patches(catalogue, DIVISION, SMALL, 0, folder / "notes.txt")


def test_an_interrupted_cut_is_recognised_and_done_again(catalogue: Catalogue, tmp_path: Path) -> None:
    def interrupt(done: int, total: int) -> None:
        if done == 4:
            raise KeyboardInterrupt

    folder = tmp_path / "patches"
    cut_patches(catalogue, DIVISION, SMALL, 0, folder)
    with pytest.raises(KeyboardInterrupt):
        cut_patches(catalogue, DIVISION, SMALL, 0, folder, interrupt)
    with pytest.raises(CatalogueError, match=r"or their cutting was interrupted .*; `scuff patches` cuts them"):
        load_patches(folder)
    cut_patches(catalogue, DIVISION, SMALL, 0, folder)
    assert len(load_patches(folder).rows) == 3


def test_arrays_that_are_in_use_survive_a_new_cut(catalogue: Catalogue, tmp_path: Path) -> None:
    old = cut_patches(catalogue, DIVISION, SMALL, 0, tmp_path / "patches")
    cut_patches(catalogue, DIVISION, Settings(size_px=64), 0, tmp_path / "patches")
    assert old.images[1, 7, 9].tolist() == [7, 9 + 48, 0]


def test_a_split_of_other_parts_is_refused(catalogue: Catalogue, tmp_path: Path) -> None:
    with pytest.raises(SplitError, match="gives no side to parts 'P2', 'P3'"):
        cut_patches(catalogue, Division({"P1": Side.TRAINING}), SMALL, 0, tmp_path / "patches")
    assert not (tmp_path / "patches").exists()


def test_nothing_to_cut_is_said(catalogue: Catalogue, tmp_path: Path) -> None:
    settings = Settings(size_px=32, min_defect_px=3)
    with pytest.raises(CatalogueError, match=r"no window of any frame holds 3 or more .* patches\.min_defect_px"):
        cut_patches(catalogue, DIVISION, settings, 0, tmp_path / "patches")


def test_a_full_disk_is_refused_before_anything_is_written(
    catalogue: Catalogue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Full:
        free = 1_000_000

    monkeypatch.setattr("scuff.dataset.cutting.shutil.disk_usage", lambda _: Full)
    with pytest.raises(CatalogueError, match=r"2 patches need 3\.3 MB and 1\.0 MB are free; make room"):
        cut_patches(catalogue, DIVISION, Settings(size_px=640), 0, tmp_path / "patches")
    assert not (tmp_path / "patches" / "images.npy").exists()


def _cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def _without_a_row(path: Path) -> None:
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:-1]))


def _with_another_key(path: Path) -> None:
    path.write_text(json.dumps({**json.loads(path.read_text()), "colour": "red"}))


def _as_floats(path: Path) -> None:
    np.save(path, np.load(path).astype(np.float32))


@pytest.mark.parametrize(
    ("name", "damage"),
    [
        ("images.npy", Path.unlink),
        ("images.npy", _cut_short),
        ("masks.npy", _as_floats),
        ("masks.npy", lambda path: path.write_bytes(b"")),
        ("patches.csv", Path.unlink),
        ("patches.csv", lambda path: path.write_text("side,frame\n")),
        ("patches.csv", lambda path: path.write_text(path.read_text().replace(",48,", ",far,"))),
        ("patches.csv", lambda path: path.write_text(path.read_text().replace(",P1,", ","))),
        ("patches.json", _with_another_key),
    ],
)
def test_damage_is_found_and_the_file_named(
    catalogue: Catalogue, tmp_path: Path, name: str, damage: Callable[[Path], object]
) -> None:
    folder = tmp_path / "patches"
    cut_patches(catalogue, DIVISION, SMALL, 0, folder)
    damage(folder / name)
    with pytest.raises(CatalogueError, match=rf"{name}: missing or damaged \(.*; cut the patches again"):
        load_patches(folder)


def test_a_table_that_lost_a_row_is_damage_too(catalogue: Catalogue, tmp_path: Path) -> None:
    folder = tmp_path / "patches"
    cut_patches(catalogue, DIVISION, SMALL, 0, folder)
    _without_a_row(folder / "patches.csv")
    with pytest.raises(CatalogueError, match=r"images\.npy: missing or damaged \(it holds uint8 \(3, 32, 32, 3\)"):
        load_patches(folder)
