from collections.abc import Callable
from pathlib import Path

import pytest

from scuff.bench.plan import Plan, load_plan, trials_of
from scuff.core.errors import RecipeError
from scuff.core.recipe import Network

PAPER = Path(__file__).parents[2] / "benchmarks" / "paper.toml"


def test_the_published_comparison() -> None:
    plan = load_plan(PAPER)
    trials = trials_of(plan)
    assert len(trials) == 45
    assert {(trial.network, trial.loss) for trial in trials[:15]} == {
        (network, loss)
        for network in ("unet", "res50-unet", "effunet-b0", "effunet-b3", "effunet-b7")
        for loss in ("bce", "dice", "wbd")
    }
    assert [trial.seed for trial in trials] == [0] * 15 + [1] * 15 + [2] * 15
    assert len({trial.name for trial in trials}) == 45
    training = {trial.recipe.training.model_copy(update={"bce_weight": 0, "dice_weight": 0}) for trial in trials}
    assert len(training) == 1
    (same,) = training
    assert (same.learning_rate, same.epochs, same.patience, same.schedule) == (1e-4, 50, 7, "constant")


def test_a_trial_by_hand(make_plan: Callable[..., Plan]) -> None:
    plan = make_plan(
        networks=["effunet-b0"],
        weights=None,
        losses={"wbd": {"bce_weight": 0.05, "dice_weight": 0.95}},
        seeds=[3],
        axes={"training.learning_rate": [1e-3, 1e-4]},
    )
    first, second = trials_of(plan)
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
        ("networks = ['unet', 'unet']", "unet is named twice"),
        ("networks = ['../unet']", "networks.0: "),
        ("networks = ['unet']\nseed = 1", "seed: "),
        (
            "networks = ['unet']\n[axes]\n'network.encoder' = ['resnet50']",
            "network.encoder is set by the plan",
        ),
        ("networks = ['unet']\n[axes]\n'patches.size_px' = [256]", "patches.size_px is set by the patches"),
        ("networks = ['unet']\n[axes]\n'training.epochs' = []", "training.epochs has no values"),
        ("networks = ['unet']\n[axes]\ntraining.epoch = [3]", "axes: training.epoch = 3: there is no such key"),
        ("networks = ['unet']\n[axes]\n'inspection.threshold' = [0.5]", "changes nothing that a training learns"),
        ("networks = ['unet']\n[recipe.http]\nport = 8000", "http changes nothing that a training learns"),
        (
            "networks = ['a', 'a_b']\n[losses]\nb_c = { bce_weight = 1 }\nc = { bce_weight = 1 }",
            "two trainings would lie in one folder, a_b_c_seed-0; name a network",
        ),
        ("networks = ['unet']\n[recipe.network]\nhead = 'half'", "network is set by the plan's networks"),
        ("networks = ['unet']\n[recipe]\nseed = 1", "seed is set by the plan's networks, losses and seeds"),
        ("networks = ['unet']\n[recipe.training]\nbce_weight = 1", "training.bce_weight is set by the plan's"),
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
        trials_of(make_plan(axes={"training.epoch": [3]}))


def test_values_that_would_share_a_folder_are_refused(make_plan: Callable[..., Plan]) -> None:
    with pytest.raises(RecipeError, match=r"in one folder, test_efficientnet_dice_blur_px-1\.0_seed-0"):
        trials_of(make_plan(axes={"augmentation.blur_px": [1.0, 1.0]}))


def test_an_axis_is_the_same_with_and_without_quotation_marks(make_plan: Callable[..., Plan]) -> None:
    assert make_plan(axes={"training": {"epochs": [1, 2]}}) == make_plan(axes={"training.epochs": [1, 2]})


@pytest.mark.parametrize(("content", "problem"), [(None, "there is no such file"), ("name =", "not valid TOML")])
def test_a_file_that_is_no_plan(tmp_path: Path, content: str | None, problem: str) -> None:
    path = tmp_path / "plan.toml"
    if content is not None:
        path.write_text(content)
    with pytest.raises(RecipeError, match=problem):
        load_plan(path)


def test_weights_lie_where_the_plan_lies(tmp_path: Path) -> None:
    path = tmp_path / "plan.toml"
    path.write_text('name = "plan"\nnetworks = ["resnet18"]\nweights = "other/checkpoint.pt"\n')
    assert load_plan(path).weights == str(tmp_path / "other" / "checkpoint.pt")
    path.write_text(path.read_text().replace("other/checkpoint.pt", "none"))
    assert load_plan(path).weights == "none"
