"""A product that a line can inspect: a recipe, its bundle, and the network that is loaded for it."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path

from scuff.core.bundle import open_bundle
from scuff.core.errors import RecipeError
from scuff.core.polygon import ANY_CAMERA
from scuff.core.recipe import Recipe
from scuff.core.recipe_file import load_recipe, recipe_text
from scuff.core.station_recipe import Lighting
from scuff.inspection.part_result import Standard, standard_of
from scuff.inspection.pipeline import Inspector
from scuff.inspection.tolerance import Judge
from scuff.station.light_guard import LightGuard
from scuff.station.opening import cameras_of, lightings_of
from scuff.store.records import RecipeVersion

STATIONS = ("cameras", "light", "exposure")
"""Tables by which pictures are taken and their light is judged: a station has one of each for all products."""


@dataclass(frozen=True)
class Product:
    """What a line inspects.

    Attributes:
        recipe: Its recipe.
        inspector: Finds its defects.
        judge: Judges them.
        bundle: Identifier of the bundle.
    """

    recipe: Recipe
    inspector: Inspector
    judge: Judge
    bundle: str

    @property
    def name(self) -> str:
        """Its name, by which it is chosen."""
        return self.recipe.product.name

    @cached_property
    def version(self) -> RecipeVersion:
        """The recipe as the store keeps it: with every setting, also those of the command line."""
        text = recipe_text(self.recipe)
        return RecipeVersion(self.name, sha256(text.encode()).hexdigest(), text)

    @cached_property
    def standard(self) -> Standard:
        """What the recipe says on verdicts."""
        return standard_of(self.recipe)

    @cached_property
    def lanes(self) -> ThreadPoolExecutor:
        """Threads in which its pictures are inspected side by side.

        They stay: libraries keep something for each thread that ever called them, and a station would grow with every
        part that brings threads of its own.
        """
        return ThreadPoolExecutor(self.recipe.inspection.lanes, "lane")

    @cached_property
    def light_guard(self) -> LightGuard:
        """What tells whether its frames can be judged."""
        return LightGuard(self.recipe)

    @property
    def simulated(self) -> bool:
        """Whether some camera of the recipe is none; without a table of them, all are simulated."""
        cameras = self.recipe.cameras
        return not cameras or any(camera.driver in {"simulated", "folder"} for camera in cameras)


def open_product(recipe: Recipe, bundle: Path | None = None) -> Product:
    """Load the network of a product, and make sure that its rules can be applied.

    Args:
        recipe: The recipe; ``line.bundle`` names its bundle.
        bundle: The bundle where the recipe names none.

    Raises:
        BundleError: The bundle cannot be used.
        RecipeError: No bundle is named, or recipe and bundle do not fit.
    """
    folder = Path(recipe.line.bundle) if recipe.line.bundle else bundle
    if folder is None:
        raise RecipeError(f"{recipe.product.name}: no bundle; set line.bundle in its recipe, or give --bundle DIR")
    opened = open_bundle(folder)
    judge = Judge(recipe, opened.manifest.classes)
    inspector = Inspector(opened, recipe)
    return Product(recipe, inspector, judge, inspector.reference.id)


def open_products(recipes: Sequence[Path], overrides: Sequence[str], bundle: Path | None) -> dict[str, Product]:
    """Load the products of a line, by name, in the order of their recipes.

    Args:
        recipes: Their recipes; the tables on the station are those of the first.
        overrides: Settings of the command line, as ``load_recipe`` takes them.
        bundle: The bundle of those that name none.

    Raises:
        RecipeError: A recipe is wrong, two are of one product, or one wants other pictures than the station takes.
        BundleError: A bundle cannot be used.
    """
    products: dict[str, Product] = {}
    for path in recipes:
        recipe = load_recipe(path, overrides)
        if recipe.product.name in products:
            raise RecipeError(
                f"{path}: product.name = {recipe.product.name!r} is that of another recipe, too; products are chosen "
                "by name, so give each its own"
            )
        first = next((product.recipe for product in products.values()), recipe)
        check_pictures(path, recipe, first)
        stations = {table: getattr(first, table) for table in STATIONS}
        products[recipe.product.name] = open_product(recipe.model_copy(update=stations), bundle)
    return products


def check_pictures(path: Path, recipe: Recipe, station: Recipe) -> None:
    """Make sure that the station takes the pictures that a product is inspected by.

    Args:
        path: File of the product's recipe.
        recipe: The recipe.
        station: The recipe whose cameras and lightings the station has.

    Raises:
        RecipeError: It would take others, by which nobody meant the product to be judged.
    """
    pictures = {
        "cameras": (recipe.cameras, station.cameras),
        "lightings": (_as_lit(recipe), _as_lit(station)),  # each product shines in its own way: levels may differ
    }
    for table, (own, stations) in pictures.items():
        if own and own != stations:
            raise RecipeError(
                f"{path}: [[{table}]] differs from that of the first recipe, {station.product.name}, by which the "
                "station takes its pictures; write the same into both, or leave it out here"
            )
    cameras = [camera.name for camera in cameras_of(station)]
    wanted = {
        "frames.cameras": recipe.frames.cameras,
        "inspection.region": tuple(recipe.inspection.region),
        "[[calibration]]": tuple(each.camera for each in recipe.calibration),
        "[[zones]]": tuple(zone.camera for zone in recipe.zones),
    }
    for key, names in wanted.items():
        if absent := [name for name in names if name != ANY_CAMERA and name not in cameras]:
            raise RecipeError(
                f"{path}: {key}: the station has no camera {absent[0]!r}, only {', '.join(cameras)}; correct the name, "
                "or add the camera to [[cameras]]"
            )
    lightings = [lighting.name for lighting in lightings_of(station)]
    if missing := [name for name in recipe.frames.fused if name not in lightings]:
        raise RecipeError(
            f"{path}: frames.fused names {missing[0]!r}, which the station does not take; its [[lightings]] are "
            f"{', '.join(lightings)}"
        )


def _as_lit(recipe: Recipe) -> tuple[Lighting, ...]:
    return tuple(lighting.model_copy(update={"level": {}}) for lighting in recipe.lightings)
