import sys
from typing import Literal

import pytest
import torch
from torch import nn

from scuff.core.errors import RecipeError
from scuff.training.precision import choose_device, choose_precision, keep_depthwise_fp32, keep_large_blocks


@pytest.mark.parametrize("wanted", ["fp32", "bf16"])
def test_what_is_asked_for_is_taken(wanted: Literal["fp32", "bf16"]) -> None:
    assert choose_precision(wanted, "cpu") == wanted


@pytest.mark.parametrize(
    ("capabilities", "precision"), [({"amx_bf16": True}, "bf16"), ({"avx512_bf16": True}, "bf16"), ({}, "fp32")]
)
def test_auto_takes_what_the_processor_multiplies(
    monkeypatch: pytest.MonkeyPatch, capabilities: dict[str, bool], precision: str
) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: capabilities)
    assert choose_precision("auto", "cpu") == precision


def test_a_gpu_that_is_not_there_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert choose_device("auto") == choose_device("cpu") == "cpu"
    with pytest.raises(RecipeError, match="torch sees no GPU on this machine"):
        choose_device("gpu")


def test_depthwise_convolutions_stay_in_32_bit() -> None:
    torch.manual_seed(0)
    depthwise, dense = nn.Conv2d(4, 4, 3, groups=4), nn.Conv2d(4, 4, 3)
    weights = {key: value.clone() for key, value in depthwise.state_dict().items()}
    expected = depthwise(torch.ones(1, 4, 5, 5))
    keep_depthwise_fp32(nn.Sequential(depthwise, dense))
    assert all(torch.equal(depthwise.state_dict()[key], value) for key, value in weights.items())
    with torch.autocast("cpu", torch.bfloat16):
        kept = depthwise(torch.ones(1, 4, 5, 5, dtype=torch.bfloat16))
        assert dense(torch.ones(1, 4, 5, 5)).dtype == torch.bfloat16
    assert kept.dtype == torch.float32
    assert torch.equal(kept, expected)


def test_large_blocks_are_kept_where_the_c_library_can() -> None:
    assert keep_large_blocks() is (sys.platform == "linux")


def test_other_systems_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    assert not keep_large_blocks()
