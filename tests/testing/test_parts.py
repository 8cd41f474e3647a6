from pathlib import Path

import numpy as np
import pytest

from scuff.core.picture import read_picture, read_values
from scuff.testing.__main__ import main
from scuff.testing.flaws import CLASSES, DENT, LEAST_CONTRAST, SCRATCH, press_dent, scratch
from scuff.testing.metal import Light, Sheet, brushed_sheet, photograph
from scuff.testing.parts import simulate, write_parts

SMALL_HW = (120, 160)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*.png")}


def test_parts_have_a_picture_of_each_camera_and_masks_of_the_same_names(tmp_path: Path) -> None:
    written = write_parts(tmp_path, parts=3, seed=1, cameras=2, sound_share=0, frame_hw=SMALL_HW)
    names = [f"P000{part}-{camera}.png" for part in (1, 2, 3) for camera in ("top", "side")]
    assert [path.name for path in written] == names
    assert sorted(path.name for path in (tmp_path / "masks").iterdir()) == sorted(names)
    assert read_picture(written[0]).shape == (*SMALL_HW, 3)
    assert set(np.unique(read_values(tmp_path / "masks" / names[0]))) <= {0, SCRATCH, DENT}


def test_sound_parts_have_no_mask(tmp_path: Path) -> None:
    write_parts(tmp_path, parts=2, seed=1, sound_share=1, frame_hw=SMALL_HW)
    assert sorted(contents(tmp_path)) == ["pictures/P0001-top.png", "pictures/P0002-top.png"]


def test_the_same_seed_gives_the_same_files(tmp_path: Path) -> None:
    for folder, parts, seed in (("a", 2, 5), ("b", 2, 5), ("more", 3, 5), ("other", 2, 6)):
        write_parts(tmp_path / folder, parts, seed, frame_hw=SMALL_HW)
    first = contents(tmp_path / "a")
    assert contents(tmp_path / "b") == first
    assert first.items() <= contents(tmp_path / "more").items()
    assert contents(tmp_path / "other") != first


def test_a_defective_part_has_at_least_one_scratch() -> None:
    for seed in range(4):
        frame = simulate(np.random.default_rng(seed), sound=False, frame_hw=SMALL_HW)
        assert (frame.mask == SCRATCH).any()
        assert not simulate(np.random.default_rng(seed), sound=True, frame_hw=SMALL_HW).mask.any()


def test_radiance_is_brightest_where_the_slope_points_at_the_light() -> None:
    slope_x = np.array([[0.0, 0.5, 1.0]], np.float32)
    sheet = Sheet(slope_x, np.zeros_like(slope_x), (Light((0.5, 0.0), (0.5, 0.5), 0.4),))
    np.testing.assert_allclose(sheet.radiance(), [[0.16 + 0.4 * np.exp(-0.5), 0.56, 0.16 + 0.4 * np.exp(-0.5)]])


def test_a_dent_changes_what_is_within_its_mask_and_shows_there() -> None:
    random = np.random.default_rng(3)
    sheet = brushed_sheet(random, SMALL_HW)
    before = sheet.radiance()
    inside = press_dent(random, sheet)
    change = np.abs(sheet.radiance() / before - 1)
    assert change[inside].mean() >= LEAST_CONTRAST
    assert change[~inside].max() < change[inside].max() / 2
    assert 300 < inside.sum() < 3000


@pytest.mark.parametrize("seed", range(4))
def test_a_scratch_is_thin_and_differs_from_what_is_around_it(seed: int) -> None:
    radiance = np.full(SMALL_HW, 0.5, np.float32)
    inside = scratch(np.random.default_rng(seed), radiance)
    assert 50 < inside.sum() < 1500
    assert np.abs(radiance[inside] - 0.5).mean() > 0.08
    assert np.abs(radiance[~inside] - 0.5).mean() < 0.01


def test_a_picture_keeps_what_is_in_highlights() -> None:
    radiance = np.tile(np.linspace(0.1, 1.0, 64, dtype=np.float32), (48, 1))
    row = photograph(np.random.default_rng(0), radiance).mean(axis=(0, 2))
    assert row.max() < 250
    assert (np.diff(row[::8]) > 0).all()


def test_the_program_says_what_it_wrote(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main([str(tmp_path), "--parts", "1", "--seed", "3", "--cameras", "2"])
    assert capsys.readouterr().out.startswith(f"2 pictures in {tmp_path / 'pictures'}")
    assert read_picture(tmp_path / "pictures" / "P0001-side.png").shape == (480, 640, 3)


def test_classes_are_named_in_the_order_of_mask_values() -> None:
    assert (CLASSES[SCRATCH - 1], CLASSES[DENT - 1]) == ("scratch", "dent")
