"""A product that a line can inspect: a recipe, its bundle, and the network that is loaded for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path

from scuff.core.bundle import open_bundle
from scuff.core.errors import RecipeError
from scuff.core.recipe import Recipe
from scuff.core.recipe_file import load_recipe, recipe_text
from scuff.inspection.part_result import Standard, standard_of
from scuff.inspection.pipeline import Inspector
from scuff.inspection.tolerance import Judge
from scuff.store.records import RecipeVersion


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
        RecipeError: A recipe is wrong, or two are of one product.
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
        products[recipe.product.name] = open_product(recipe, bundle)
    return products
