import pytest
from pydantic import ValidationError

from scuff.core.errors import PictureError, RecipeError
from scuff.core.pixel_format import PLAIN, PixelFormat, genicam_format
from scuff.core.recipe import Frames, Recipe
from scuff.core.recipe_file import load_recipe


def test_by_default_grey_is_grey_and_all_bits_are_used() -> None:
    assert (PLAIN.white_level, PLAIN.bayer, PLAIN.raw_hw) == (65535, "", None)


def test_a_size_has_two_sides() -> None:
    assert PixelFormat(raw_width_px=5472, raw_height_px=3648).raw_hw == (3648, 5472)
    with pytest.raises(ValidationError, match="raw_width_px and raw_height_px go together"):
        PixelFormat(raw_width_px=5472)


def test_it_is_the_part_of_a_recipe_that_travels_with_pictures() -> None:
    frames = Frames(white_level=4095, bayer="GB", part_pattern="(?P<part>.)")
    sizes = {"raw_width_px": None, "raw_height_px": None}
    assert frames.pixel_keys() == {"white_level": 4095, "bayer": "GB", "fused": (), **sizes}


def test_a_recipe_sets_it() -> None:
    keys = ["frames.bayer=RG", "frames.raw_width_px=8", "frames.raw_height_px=6"]
    assert load_recipe(None, keys).frames == Frames(bayer="RG", raw_width_px=8, raw_height_px=6)
    assert Recipe().frames.pixel_keys() == PLAIN.pixel_keys()


def test_a_recipe_s_mistakes_are_told() -> None:
    with pytest.raises(RecipeError, match=r'frames\.bayer = "RGGB": must be "" or "RG" or "GR" or "GB" or "BG"'):
        load_recipe(None, ["frames.bayer=RGGB"])
    with pytest.raises(RecipeError, match=r"\[frames\]: raw_width_px and raw_height_px go together: set both"):
        load_recipe(None, ["frames.raw_width_px=8"])


def test_two_or_three_lightings_are_fused() -> None:
    assert load_recipe(None, ['frames.fused=["A","B"]']).frames.fused == ("A", "B")
    for wrong in ('["A"]', '["A","A"]', '["A","B","A"]'):
        with pytest.raises(RecipeError, match="name 2 or 3 different lightings, or none"):
            load_recipe(None, [f"frames.fused={wrong}"])
    with pytest.raises(RecipeError, match=r"frames\.fused"):
        load_recipe(None, ['frames.fused=["A","B","C","D"]'])


def test_lightings_to_fuse_are_those_of_the_station() -> None:
    with pytest.raises(RecipeError, match=r"frames\.fused: .C. is none of \[\[lightings\]\], which are A"):
        load_recipe(None, ['lightings=[{name="A"}]', 'frames.fused=["A","C"]'])


@pytest.mark.parametrize(
    ("name", "white_level", "bayer"),
    [
        ("BayerRG8", 65535, "RG"),
        ("BayerGB12p", 4095, "GB"),
        ("BayerBG12Packed", 4095, "BG"),
        ("BayerGR10", 1023, "GR"),
        ("Mono8", 65535, ""),
        ("Mono16", 65535, ""),
        ("RGB8", 65535, ""),
    ],
)
def test_a_camera_s_format_says_what_its_values_mean(name: str, white_level: int, bayer: str) -> None:
    found = genicam_format(name)
    assert (found.white_level, found.bayer) == (white_level, bayer)


def test_a_format_that_is_not_read_is_told() -> None:
    with pytest.raises(PictureError, match="pixel format 'YUV422_8': is none that scuff reads; set the camera to Baye"):
        genicam_format("YUV422_8")
