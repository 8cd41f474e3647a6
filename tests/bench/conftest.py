"""A plan of two tiny networks."""

from collections.abc import Callable
from pathlib import Path

import pytest

from scuff.bench.plan import Plan

MakePlan = Callable[..., Plan]


@pytest.fixture
def make_plan() -> MakePlan:
    """Make a plan that takes seconds; keys replace its own."""

    def make(**keys: object) -> Plan:
        known: dict[str, object] = {
            "name": "tiny",
            "networks": ["test_efficientnet", "test_resnet"],
            "weights": "none",
            "losses": {"dice": {"dice_weight": 1.0}},
            "recipe": {"training": {"epochs": 2, "batch_size": 4, "learning_rate": 0.01, "precision": "fp32"}},
        }
        return Plan.model_validate(known | keys)

    return make


@pytest.fixture
def plan_file(tmp_path: Path) -> Path:
    """The same as a file, without patches."""
    path = tmp_path / "tiny.toml"
    path.write_text(
        'name = "tiny"\nnetworks = ["test_efficientnet", "test_resnet"]\nweights = "none"\n'
        "[losses]\ndice = { dice_weight = 1.0 }\n"
        '[recipe.training]\nepochs = 2\nbatch_size = 4\nlearning_rate = 0.01\nprecision = "fp32"\n'
    )
    return path
