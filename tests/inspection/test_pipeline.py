import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from tests.fixtures.runtimes import PaintedRuntime

from scuff.core.bundle import Bundle
from scuff.core.errors import BundleError, RecipeError
from scuff.core.recipe import Frames, Inspection, Recipe
from scuff.inspection.pipeline import Inspector
from scuff.inspection.result import Result
from scuff.inspection.scorer import Scorer
from scuff.inspection.scores import INVALID

MakeBundle = Callable[..., Bundle]
WritePicture = Callable[..., Path]
Pixels = NDArray[np.uint8]


def test_defects_of_a_picture(inspector: Inspector, write_picture_file: WritePicture, plate: Pixels) -> None:
    inspected = inspector.inspect(write_picture_file("plate.png", plate))
    result = inspected.result
    assert (result.file, result.frame, result.part, result.camera) == ("plate.png", "plate", None, "")
    assert result.error is None
    assert (result.width_px, result.height_px) == (60, 40)
    scratch, dent = result.defects
    assert (scratch.label, scratch.box_xyxy, scratch.length_px, scratch.score) == ("scratch", (5, 10, 25, 11), 20, 1)
    assert (dent.label, dent.box_xyxy, dent.area_px) == ("dent", (50, 30, 53, 33), 9)
    # White and black on grey of 128: 127 and -128 of 255.
    assert (scratch.contrast, dent.contrast) == (0.498, -0.502)
    assert inspected.view is not None
    assert inspected.view.mask[10, 5] == 1
    assert inspected.view.mask[30, 50] == 2


def test_sound_picture_has_no_defects(inspector: Inspector, write_picture_file: WritePicture) -> None:
    inspected = inspector.inspect(write_picture_file("sound.png", np.full((1, 1, 3), 128, np.uint8)))
    assert (inspected.result.error, inspected.result.defects) == (None, ())


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
    assert result.error is not None
    assert result.error.startswith("truncated or damaged")
    assert str(path.parent) not in result.model_dump_json()
    assert result.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert inspected.view is None


def test_missing_picture_is_not_inspected(inspector: Inspector, tmp_path: Path) -> None:
    result = inspector.inspect(tmp_path / "gone.png").result
    assert result.error == "there is no such file"
    assert result.sha256 is None


class Broken(PaintedRuntime):
    """Scores all of a frame as no number where it has a bright pixel."""

    def _scores(self, tile: Pixels) -> Pixels:
        scores = super()._scores(tile)
        scores[0] = INVALID if tile.max() > 200 else 0
        return scores


def test_scores_that_are_no_numbers_are_an_error(
    inspector: Inspector, write_picture_file: WritePicture, plate: Pixels
) -> None:
    inspector.scorer = Scorer(Broken(), inspector.bundle.manifest.tiling)
    result = inspector.inspect(write_picture_file("plate.png", plate)).result
    assert (result.tiles, result.defects) == (None, ())
    assert result.error == "the network gives scores for it that are no numbers; export the bundle again"
    dark = write_picture_file("dark.png", np.zeros((9, 9, 3), np.uint8))
    assert inspector.inspect(dark).result.error is None


def in_region(make_bundle: MakeBundle, path: Path, **region: str) -> Result:
    recipe = Recipe(
        frames=Frames(camera_pattern="_(?P<camera>[a-z]+)$"),
        inspection=Inspection(region={"" if camera == "any" else camera: text for camera, text in region.items()}),
    )
    return Inspector(make_bundle(), recipe).inspect(path).result


def test_only_the_region_of_the_camera_is_inspected(
    make_bundle: MakeBundle, write_picture_file: WritePicture, plate: Pixels
) -> None:
    # The dent is at the lower right, the scratch above and left of this region.
    path = write_picture_file("SN7_left.png", plate)
    result = in_region(make_bundle, path, left="45,25 59,25 59,39 45,39", any="0,0 9,0 9,9")
    assert [defect.label for defect in result.defects] == ["dent"]
    # Tiles of 32 px: what is from 28 on belongs to the second of two columns, all rows from 20 on to the second row.
    assert (result.tiles, result.tiles_scored) == (1, 1)
    assert result.settings.region["left"] == "45,25 59,25 59,39 45,39"


def test_defect_is_cut_where_the_region_ends(
    make_bundle: MakeBundle, write_picture_file: WritePicture, plate: Pixels
) -> None:
    path = write_picture_file("SN7_left.png", plate)
    (scratch,) = in_region(make_bundle, path, any="0,0 14,0 14,39 0,39").defects
    assert (scratch.box_xyxy, scratch.length_px) == ((5, 10, 15, 11), 10)


@pytest.mark.parametrize(
    ("region", "reason"),
    [
        ({"right": "0,0 9,0 9,9"}, "inspection.region has no entry for camera 'left', only for 'right'; add one, or"),
        ({"left": "0,0 61,0 61,9"}, "inspection.region of camera 'left' reaches to 61,9, beyond the frame of 60×40"),
        ({"any": "0,0 60,0 60,41"}, "inspection.region of any camera reaches to 60,41, beyond the frame of 60×40"),
    ],
)
def test_picture_that_its_region_does_not_fit_is_an_error(
    make_bundle: MakeBundle, write_picture_file: WritePicture, region: dict[str, str], reason: str
) -> None:
    path = write_picture_file("SN7_left.png", np.full((40, 60, 3), 128, np.uint8))
    result = in_region(make_bundle, path, **region)
    assert result.error is not None
    assert result.error.startswith(reason)


def test_defects_at_half_resolution_are_in_pixels_of_the_picture(
    make_bundle: MakeBundle, write_picture_file: WritePicture, plate: Pixels
) -> None:
    plate[10:12, 4:24] = 255
    inspected = Inspector(make_bundle(step=2), Recipe()).inspect(write_picture_file("plate.png", plate[:39, :59]))
    scratch = inspected.result.defects[0]
    assert (scratch.box_xyxy, scratch.area_px) == ((4, 10, 26, 12), 44)
    assert inspected.view is not None
    assert inspected.view.mask.shape == (39, 59)


def test_network_of_a_single_class(make_bundle: MakeBundle, write_picture_file: WritePicture, plate: Pixels) -> None:
    bundle = make_bundle(network_classes=1, classes=("scratch",))
    (scratch,) = Inspector(bundle, Recipe()).inspect(write_picture_file("plate.png", plate)).result.defects
    assert (scratch.label, scratch.box_xyxy) == ("scratch", (5, 10, 25, 11))


def test_frame_in_memory_is_examined_as_one_from_a_file(
    inspector: Inspector, write_picture_file: WritePicture, plate: Pixels
) -> None:
    examined, inspected = inspector.examine(plate), inspector.inspect(write_picture_file("plate.png", plate))
    assert tuple(examined.defects) == inspected.result.defects
    assert inspected.view is not None
    np.testing.assert_array_equal(examined.mask, inspected.view.mask)


def test_several_threads_may_use_one_inspector(inspector: Inspector, write_picture_file: WritePicture) -> None:
    paths = []
    for number in range(24):
        pixels = np.full((40 + number, 60, 3), 128, np.uint8)
        pixels[number, 5 : 8 + number] = 255
        paths.append(write_picture_file(f"{number}.png", pixels))
    one_by_one = [inspector.inspect(path).result for path in paths]
    with ThreadPoolExecutor(4) as pool:
        side_by_side = [inspected.result for inspected in pool.map(inspector.inspect, paths)]
    assert side_by_side == one_by_one
    assert [result.defects[0].area_px for result in one_by_one] == [3 + number for number in range(24)]


def test_recipe_gives_the_settings(make_bundle: MakeBundle, write_picture_file: WritePicture, plate: Pixels) -> None:
    recipe = Recipe(
        frames=Frames(part_pattern="(?P<part>[^_]+)_", pixel_mm=0.5),
        inspection=Inspection(threshold=0.9, min_area_px=10),
    )
    result = Inspector(make_bundle(), recipe).inspect(write_picture_file("SN7_left.png", plate)).result
    assert result.part == "SN7"
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


@pytest.mark.parametrize(
    ("network_classes", "classes", "message"),
    [
        (1, ("scratch", "dent"), r"gives 1 planes of scores, but 2 classes need 2; export the bundle again"),
        (2, ("scratch",), r"gives 2 planes of scores, but 1 classes need 1; export the bundle again"),
    ],
)
def test_network_with_other_classes_is_refused(
    make_bundle: MakeBundle, network_classes: int, classes: tuple[str, ...], message: str
) -> None:
    with pytest.raises(BundleError, match=message):
        Inspector(make_bundle(network_classes=network_classes, classes=classes), Recipe())


def test_threshold_of_a_class_that_the_bundle_lacks_is_refused(make_bundle: MakeBundle) -> None:
    recipe = Recipe(inspection=Inspection(class_thresholds={"bump": 0.5}))
    with pytest.raises(RecipeError, match=r"no class 'bump'; classes: scratch, dent"):
        Inspector(make_bundle(), recipe)
