from collections.abc import Callable
from pathlib import Path

import pytest

from scuff.bench.plan import Plan, cells_of, load_plan
from scuff.core.errors import RecipeError
from scuff.core.recipe import Network

PAPER = Path(__file__).parents[2] / "benchmarks" / "paper.toml"


def test_the_published_comparison() -> None:
    plan = load_plan(PAPER)
    cells = cells_of(plan)
    assert len(cells) == 45
    assert {(cell.network, cell.loss) for cell in cells[:15]} == {
        (network, loss)
        for network in ("unet", "res50-unet", "effunet-b0", "effunet-b3", "effunet-b7")
        for loss in ("bce", "dice", "wbd")
    }
    assert [cell.seed for cell in cells] == [0] * 15 + [1] * 15 + [2] * 15
    assert len({cell.name for cell in cells}) == 45
    training = {cell.recipe.training.model_copy(update={"bce_weight": 0, "dice_weight": 0}) for cell in cells}
    assert len(training) == 1
    (same,) = training
    assert (same.learning_rate, same.epochs, same.patience, same.schedule) == (1e-4, 50, 7, "constant")


def test_a_cell_by_hand(make_plan: Callable[..., Plan]) -> None:
    plan = make_plan(
        networks=["effunet-b0"],
        weights=None,
        losses={"wbd": {"bce_weight": 0.05, "dice_weight": 0.95}},
        seeds=[3],
        axes={"training.learning_rate": [1e-3, 1e-4]},
    )
    first, second = cells_of(plan)
    assert first.name == "effunet-b0_wbd_learning_rate-0.001_seed-3"
    assert first.recipe.network == Network(encoder="efficientnet_b0")
    assert (first.recipe.seed, first.recipe.training.learning_rate) == (3, 1e-3)
    assert (first.recipe.training.bce_weight, first.recipe.training.dice_weight) == (0.05, 0.95)
    assert second.recipe.training.learning_rate == 1e-4
    assert first.recipe.training.epochs == 2
    assert first.group != second.group


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("networks = []", "networks: "),
        ("networks = ['unet', 'unet']", "named twice"),
        ("networks = ['../unet']", "networks.0: "),
        ("networks = ['unet']\nseed = 1", "seed: "),
        ("networks = ['unet']\n[axes]\n'network.encoder' = ['resnet50']", "is set by networks, losses or seeds"),
        ("networks = ['unet']\n[axes]\n'training.epochs' = []", "training.epochs has no values"),
        ("networks = ['unet']\n[losses.a]\nbce = 1", "losses.a.bce: "),
        ("networks = ['unet']\n[recipe.training]\nepoch = 1", "recipe.training.epoch: "),
    ],
)
def test_what_is_wrong_with_a_plan_is_said(tmp_path: Path, text: str, problem: str) -> None:
    path = tmp_path / "plan.toml"
    path.write_text(f"name = 'plan'\n{text}\n")
    with pytest.raises(RecipeError) as raised:
        load_plan(path)
    assert f"{path}: " in str(raised.value)
    assert problem in str(raised.value)


def test_an_axis_that_no_recipe_has(make_plan: Callable[..., Plan]) -> None:
    with pytest.raises(RecipeError, match=r"training\.epoch = 3: there is no such key"):
        cells_of(make_plan(axes={"training.epoch": [3]}))


def test_values_that_would_share_a_folder_are_refused(make_plan: Callable[..., Plan]) -> None:
    with pytest.raises(RecipeError, match="two values look alike"):
        cells_of(make_plan(axes={"product.name": ["a b", "ab"]}))


@pytest.mark.parametrize(("content", "problem"), [(None, "there is no such file"), ("name =", "not valid TOML")])
def test_a_file_that_is_no_plan(tmp_path: Path, content: str | None, problem: str) -> None:
    path = tmp_path / "plan.toml"
    if content is not None:
        path.write_text(content)
    with pytest.raises(RecipeError, match=problem):
        load_plan(path)
