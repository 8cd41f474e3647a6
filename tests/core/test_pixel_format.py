import pytest
from pydantic import ValidationError

from scuff.core.errors import RecipeError
from scuff.core.pixel_format import PLAIN, PixelFormat
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
    assert frames.pixel_keys() == {"white_level": 4095, "bayer": "GB", "raw_width_px": None, "raw_height_px": None}


def test_a_recipe_sets_it() -> None:
    keys = ["frames.bayer=RG", "frames.raw_width_px=8", "frames.raw_height_px=6"]
    assert load_recipe(None, keys).frames == Frames(bayer="RG", raw_width_px=8, raw_height_px=6)
    assert Recipe().frames.pixel_keys() == PLAIN.pixel_keys()


def test_a_recipe_s_mistakes_are_told() -> None:
    with pytest.raises(RecipeError, match=r'frames\.bayer = "RGGB": must be "" or "RG" or "GR" or "GB" or "BG"'):
        load_recipe(None, ["frames.bayer=RGGB"])
    with pytest.raises(RecipeError, match=r"\[frames\]: raw_width_px and raw_height_px go together: set both"):
        load_recipe(None, ["frames.raw_width_px=8"])
