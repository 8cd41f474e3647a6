from collections.abc import Callable
from pathlib import Path

import pytest

from scuff.core.bundle import Bundle
from scuff.core.errors import RecipeError
from scuff.serving.product import open_products
from scuff.station.drift import Reference, references_of
from scuff.station.exposure import Setting


@pytest.fixture
def bundle(make_bundle: Callable[..., Bundle]) -> Path:
    return make_bundle().folder


def write(path: Path, name: str, bundle: Path | None = None) -> Path:
    line = f'[line]\nbundle = "{bundle}"\n' if bundle else ""
    path.write_text(f'[product]\nname = "{name}"\n{line}')
    return path


def test_products_by_name_in_the_order_of_their_recipes(tmp_path: Path, bundle: Path) -> None:
    one, two = write(tmp_path / "1.toml", "lid"), write(tmp_path / "2.toml", "cup", bundle)
    products = open_products([one, two], ["line.queue=2"], bundle)
    assert list(products) == ["lid", "cup"]
    assert products["lid"].recipe.line.queue == 2
    assert "queue = 2" in products["lid"].version.text
    assert products["lid"].bundle == products["cup"].bundle


def test_a_product_without_a_bundle(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match=r"lid: no bundle; set line\.bundle in its recipe, or give --bundle DIR"):
        open_products([write(tmp_path / "1.toml", "lid")], [], None)


def test_two_products_of_one_name(tmp_path: Path, bundle: Path) -> None:
    recipes = [write(tmp_path / f"{number}.toml", "lid") for number in (1, 2)]
    with pytest.raises(RecipeError, match=r"2\.toml: product\.name = 'lid' is that of another recipe"):
        open_products(recipes, [], bundle)


LEFT = '[[cameras]]\nname = "left"\n'


@pytest.mark.parametrize(
    ("first", "second", "message"),
    [
        (LEFT, LEFT + "exposure_us = 99.0\n", r"2\.toml: \[\[cameras\]\] differs from that of the first recipe, lid"),
        ("", '[[lightings]]\nname = "low"\n', r"2\.toml: \[\[lightings\]\] differs from that of the first recipe, lid"),
        (LEFT, '[frames]\ncameras = ["left", "top"]\n', r"frames\.cameras: the station has no camera 'top', only left"),
        ('[frames]\ncameras = ["top"]\n', "", r"1\.toml: frames\.cameras: the station has no camera 'top'"),
        (
            LEFT + '[[zones]]\nname = "rim"\ncamera = "lfet"\npoints = "0,0 9,0 9,9"\n',
            "",
            r"\[\[zones\]\]: the station has no camera 'lfet', only left; correct the name",
        ),
    ],
)
def test_a_product_that_wants_other_pictures_than_the_station_takes(
    tmp_path: Path, bundle: Path, first: str, second: str, message: str
) -> None:
    recipes = [write(tmp_path / "1.toml", "lid"), write(tmp_path / "2.toml", "cup")]
    for path, more in zip(recipes, (first, second), strict=True):
        path.write_text(path.read_text() + more)
    with pytest.raises(RecipeError, match=message):
        open_products(recipes, [], bundle)


def test_a_product_has_the_cameras_of_the_station_and_a_level_of_its_own(tmp_path: Path, bundle: Path) -> None:
    recipes = [write(tmp_path / "1.toml", "lid"), write(tmp_path / "2.toml", "cup"), write(tmp_path / "3.toml", "cap")]
    camera = '[[cameras]]\nname = "top"\ndriver = "aravis"\ndevice = "S1"\nexposure_us = 99.0\n'
    light = '[[lightings]]\nname = "low"\nlevel = { top = %s }\n'
    recipes[0].write_text(recipes[0].read_text() + camera + light % 0.5)
    recipes[1].write_text(recipes[1].read_text() + camera + light % 0.25)
    products = open_products(recipes, [], bundle)
    assert not products["cap"].simulated
    key, used = ("top", "low"), Setting(99.0)
    held = [references_of(product.recipe) for product in products.values()]
    assert held == [{key: Reference(used, 0.5)}, {key: Reference(used, 0.25)}, {}]


def test_products_that_share_the_pictures_of_the_station(tmp_path: Path, bundle: Path) -> None:
    recipes = [write(tmp_path / "1.toml", "lid"), write(tmp_path / "2.toml", "cup"), write(tmp_path / "3.toml", "cap")]
    for path in recipes[:2]:
        path.write_text(path.read_text() + LEFT)
    assert list(open_products(recipes, [], bundle)) == ["lid", "cup", "cap"]


def test_lightings_to_fuse_are_lightings_of_the_station(tmp_path: Path, make_bundle: Callable[..., Bundle]) -> None:
    """Else it would start, and no part would ever be inspected."""
    frames = "[frames]\nlighting_pattern = '-(?P<lighting>[A-Z])$'\nfused = ['A', 'B']\n"
    bundle = make_bundle(frames).folder
    path = tmp_path / "1.toml"
    path.write_text(f"[product]\nname = 'lid'\n{frames}")
    with pytest.raises(
        RecipeError, match=r"1\.toml: frames\.fused names 'A', which the station does not take; its .* all$"
    ):
        open_products([path], [], bundle)
    path.write_text(path.read_text() + "[[lightings]]\nname = 'A'\n[[lightings]]\nname = 'B'\n")
    assert list(open_products([path], [], bundle)) == ["lid"]
