import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from scuff.core.bundle import Bundle
from scuff.core.errors import BundleError
from scuff.core.recipe import Frames, Inspection, Recipe, Tolerances
from scuff.core.verdict import Outcome
from scuff.inspection.pipeline import Inspector

MakeBundle = Callable[..., Bundle]
WritePicture = Callable[..., Path]
Pixels = NDArray[np.uint8]


def test_defects_of_a_picture(inspector: Inspector, write_picture_file: WritePicture, plate: Pixels) -> None:
    inspected = inspector.inspect(write_picture_file("plate.png", plate))
    result = inspected.result
    assert (result.outcome, result.rule, result.error) == (Outcome.FAIL, "2 defects, 0 allowed", None)
    assert (result.file, result.frame, result.part) == ("plate.png", "plate", None)
    assert (result.width_px, result.height_px) == (60, 40)
    scratch, dent = result.defects
    assert (scratch.label, scratch.box_xyxy, scratch.length_px, scratch.score) == ("scratch", (5, 10, 25, 11), 20, 1)
    assert (dent.label, dent.box_xyxy, dent.area_px) == ("dent", (50, 30, 53, 33), 9)
    assert inspected.view is not None
    assert inspected.view.mask[10, 5] == 1
    assert inspected.view.mask[30, 50] == 2


def test_sound_picture_passes(inspector: Inspector, write_picture_file: WritePicture) -> None:
    inspected = inspector.inspect(write_picture_file("sound.png", np.full((1, 1, 3), 128, np.uint8)))
    assert (inspected.result.outcome, inspected.result.defects) == (Outcome.PASS, ())


def test_grey_and_16_bit_pictures(make_bundle: MakeBundle, write_picture_file: WritePicture, plate: Pixels) -> None:
    inspector = Inspector(make_bundle(), Recipe(frames=Frames(white_level=4095)))
    grey = inspector.inspect(write_picture_file("grey.png", plate[..., 0]))
    twelve_bit = (plate[..., 0] / 255 * 4095).astype(np.uint16)
    deep = inspector.inspect(write_picture_file("deep.tif", twelve_bit))
    assert [defect.box_xyxy for defect in grey.result.defects] == [(5, 10, 25, 11), (50, 30, 53, 33)]
    assert deep.result.defects == grey.result.defects


def test_truncated_picture_is_not_inspected(
    inspector: Inspector, write_picture_file: WritePicture, plate: Pixels
) -> None:
    path = write_picture_file("cut.jpg", plate)
    path.write_bytes(path.read_bytes()[:-200])
    inspected = inspector.inspect(path, "some/cut.jpg")
    result = inspected.result
    assert result.outcome == Outcome.NOT_INSPECTED
    assert result.error is not None
    assert result.error.startswith("truncated or damaged")
    assert str(path.parent) not in result.model_dump_json()
    assert result.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert inspected.view is None


def test_missing_picture_is_not_inspected(inspector: Inspector, tmp_path: Path) -> None:
    result = inspector.inspect(tmp_path / "gone.png").result
    assert (result.outcome, result.error) == (Outcome.NOT_INSPECTED, "there is no such file")
    assert result.sha256 is None


def test_scores_that_are_no_numbers_never_pass(
    inspector: Inspector, write_picture_file: WritePicture, plate: Pixels, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(pixels: Pixels, *_: object) -> NDArray[np.float32]:
        return np.full((2, *pixels.shape[:2]), np.nan, np.float32)

    monkeypatch.setattr("scuff.inspection.pipeline.score_frame", broken)
    result = inspector.inspect(write_picture_file("plate.png", plate)).result
    assert result.outcome == Outcome.NOT_INSPECTED
    assert result.error == "the network gives scores for it that are no numbers; export the bundle again"


def test_recipe_gives_the_settings(make_bundle: MakeBundle, write_picture_file: WritePicture, plate: Pixels) -> None:
    recipe = Recipe(
        frames=Frames(part_pattern="(?P<part>[^_]+)_", pixel_mm=0.5),
        inspection=Inspection(threshold=0.9, min_area_px=10),
        tolerances=Tolerances(max_defects=1),
    )
    result = Inspector(make_bundle(), recipe).inspect(write_picture_file("SN7_left.png", plate)).result
    assert (result.part, result.outcome, result.rule) == ("SN7", Outcome.PASS, "1 defect, 1 allowed")
    assert result.defects[0].length_mm == 10
    assert (result.settings.threshold, result.settings.min_area_px) == (0.9, 10)


def test_threshold_is_the_bundles_unless_set(make_bundle: MakeBundle) -> None:
    assert Inspector(make_bundle(threshold=0.25), Recipe()).settings.threshold == 0.25


def test_part_is_not_known_where_the_pattern_does_not_fit(
    make_bundle: MakeBundle, write_picture_file: WritePicture, plate: Pixels
) -> None:
    inspector = Inspector(make_bundle(), Recipe(frames=Frames(part_pattern="(?P<part>[0-9]+)")))
    assert inspector.inspect(write_picture_file("left.png", plate)).result.part is None


def test_picture_is_turned_as_its_camera_says(inspector: Inspector, tmp_path: Path, plate: Pixels) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90° to the right
    Image.fromarray(plate).save(tmp_path / "turned.png", exif=exif)
    result = inspector.inspect(tmp_path / "turned.png").result
    assert (result.width_px, result.height_px) == (40, 60)
    assert result.defects[0].box_xyxy == (29, 5, 30, 25)


def test_network_with_other_classes_is_refused(make_bundle: MakeBundle) -> None:
    with pytest.raises(BundleError, match=r"gives scores of \[1, 3, 32, 32\] for a tile, but 2 classes .* need"):
        Inspector(make_bundle(network_classes=3), Recipe())
