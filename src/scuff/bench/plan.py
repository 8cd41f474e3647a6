"""A plan: which networks are trained with which losses and seeds, on which patches, by which protocol."""

import itertools
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, Strict, StringConstraints, ValidationError, field_validator

from scuff.core.errors import RecipeError
from scuff.core.recipe import Recipe
from scuff.core.recipe_file import override_recipe
from scuff.core.recipe_keys import toml_value
from scuff.core.section import Section
from scuff.nets.named import named_network

FileName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
"""What can be part of a folder's name."""

OWN_KEYS = ("seed", "network", "training.bce_weight", "training.dice_weight", "training.dice_pool")
"""Keys of a recipe that a plan sets by its networks, losses and seeds."""

CUT_KEYS = ("product", "frames", "patches", "split")
"""Keys of a recipe that the patches have settled."""

FREE_SECTIONS = ("training", "augmentation")
"""Those of a recipe that decide what a training learns, and are left."""


class Loss(Section):
    """Weights of the two terms of the loss."""

    bce_weight: float = Field(0.0, ge=0)
    dice_weight: float = Field(0.0, ge=0)
    dice_pool: Literal["batch", "image"] = "batch"


class Plan(Section):
    """What is compared; a TOML file."""

    name: FileName
    patches: str = Field("", description="Folder of patches, from the plan's own folder; empty: --patches names it.")
    networks: Annotated[tuple[FileName, ...], Strict(False), Field(min_length=1)]
    weights: str | None = Field(None, description="What networks start from; a file, from the plan's own folder.")
    losses: dict[FileName, Loss] = Field({"wbd": Loss(bce_weight=0.05, dice_weight=0.95)}, min_length=1)
    seeds: Annotated[tuple[int, ...], Strict(False), Field(min_length=1)] = (0,)
    axes: dict[str, list[Any]] = Field({}, description="Further keys of a recipe, each with the values to try.")
    recipe: Recipe = Recipe()

    @field_validator("networks", "seeds")
    @classmethod
    def _once(cls, values: tuple[object, ...]) -> tuple[object, ...]:
        for value in values:
            if values.count(value) > 1:
                raise ValueError(f"{value} is named twice")
        return values

    @field_validator("axes", mode="before")
    @classmethod
    def _dotted(cls, axes: object) -> object:
        """``training.epochs = […]`` without quotation marks is a table in TOML; it means the same."""
        if not isinstance(axes, dict):
            return axes
        flat = dict[str, object]()
        for section, values in axes.items():
            inner = values if isinstance(values, dict) else {"": values}
            flat |= {f"{section}.{name}".rstrip("."): value for name, value in inner.items()}
        return flat

    @field_validator("axes")
    @classmethod
    def _are_free(cls, axes: dict[str, list[Any]]) -> dict[str, list[Any]]:
        for key, values in axes.items():
            _check_free(key)
            if not values:
                raise ValueError(f"{key} has no values")
        return axes

    @field_validator("recipe")
    @classmethod
    def _sets_what_is_free(cls, recipe: Recipe) -> Recipe:
        for section in sorted(recipe.model_fields_set - {"training"}):
            _check_free(section)
        for name in recipe.training.model_fields_set:
            _check_free(f"training.{name}")
        return recipe


def _check_free(key: str) -> None:
    """Refuse a key of a recipe that would have no effect."""
    for taken, by in ((OWN_KEYS, "the plan's networks, losses and seeds"), (CUT_KEYS, "the patches")):
        if key.startswith(taken):
            raise ValueError(f"{key} is set by {by}")
    if key.partition(".")[0] not in FREE_SECTIONS:
        raise ValueError(f"{key} changes nothing that a training learns; take keys of {' or '.join(FREE_SECTIONS)}")


@dataclass(frozen=True, slots=True)
class Trial:
    """One training of a plan.

    Attributes:
        network: Its name in the plan.
        loss: Its name in the plan.
        seed: Of the weights, the order and the augmentation.
        settings: Values of the further axes, as ``key=value``.
        recipe: All that the training needs.
    """

    network: str
    loss: str
    seed: int
    settings: tuple[str, ...]
    recipe: Recipe

    @property
    def group(self) -> tuple[str, str, tuple[str, ...]]:
        """What it has in common with the trials of other seeds."""
        return self.network, self.loss, self.settings

    @property
    def name(self) -> str:
        """Name of its folder; of no other trial's."""
        marks = [f"{setting.partition('=')[0].rpartition('.')[2]}-{_plain(setting)}" for setting in self.settings]
        return "_".join([self.network, self.loss, *marks, f"seed-{self.seed}"])


def load_plan(path: Path) -> Plan:
    """Read a plan.

    Raises:
        RecipeError: It is missing, no TOML, or wrong; one line for each problem.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise RecipeError(f"{path}: there is no such file; benchmarks/paper.toml is a plan to start from") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RecipeError(f"{path}: not valid TOML ({error})") from error
    try:
        plan = Plan.model_validate(document)
    except ValidationError as error:
        problems = (f"{path}: {'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors())
        raise RecipeError("\n".join(problems)) from None
    if plan.weights not in (None, "imagenet", "none"):
        plan = plan.model_copy(update={"weights": str((path.parent / plan.weights).absolute())})
    try:
        trials_of(plan)
    except RecipeError as error:
        raise RecipeError("\n".join(f"{path}: {line}" for line in str(error).splitlines())) from None
    return plan


def trials_of(plan: Plan) -> list[Trial]:
    """List the trainings of a plan: seed by seed, so that every network has one before any has two.

    Raises:
        RecipeError: An axis names a key that a recipe does not have, or a value that it must not have; or two
            trainings would have one folder.
    """
    axes = [[f"{key}={toml_value(value)}" for value in values] for key, values in plan.axes.items()]
    trials = [
        Trial(network, loss, seed, settings, _recipe(plan, network, loss, seed, settings))
        for seed in plan.seeds
        for settings in itertools.product(*axes)
        for network in plan.networks
        for loss in plan.losses
    ]
    names = [trial.name for trial in trials]
    for name in names:
        if names.count(name) > 1:
            raise RecipeError(
                f"two trainings would lie in one folder, {name}; name a network or a loss, or set a value, otherwise"
            )
    return trials


def _recipe(plan: Plan, network: str, loss: str, seed: int, settings: tuple[str, ...]) -> Recipe:
    training = plan.recipe.training.model_copy(update=plan.losses[loss].model_dump())
    changes = {"seed": seed, "network": named_network(network, plan.weights), "training": training}
    return override_recipe(plan.recipe.model_copy(update=changes), settings, place="axes")


def _plain(setting: str) -> str:
    value = setting.partition("=")[2]
    return "".join(letter if letter.isalnum() or letter in ".-" else "" for letter in value)
