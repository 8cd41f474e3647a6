from pathlib import Path

import pytest

from scuff.core.bundle import Precision
from scuff.inspection.onnx_providers import CPU, CUDA, TENSORRT, choose_providers, engine_cache, has_gpu_provider

ALL = [CPU, CUDA, TENSORRT]


@pytest.mark.parametrize(
    ("precision", "available", "expected"),
    [
        ("fp16", ALL, [TENSORRT, CUDA, CPU]),
        ("fp16", [CUDA, CPU], [CUDA, CPU]),
        ("fp16", [CPU], [CPU]),
        ("fp32", ALL, [CUDA, CPU]),
        ("int8", ALL, [CUDA, CPU]),
        ("int8", [TENSORRT, CPU], [CPU]),
        ("fp32", ["AzureExecutionProvider", CPU], [CPU]),
    ],
)
def test_best_provider_comes_first(precision: Precision, available: list[str], expected: list[str]) -> None:
    assert [name for name, _ in choose_providers(available, precision, Path("cache"))] == expected


def test_cuda_neither_rounds_nor_tries_out() -> None:
    settings = dict(choose_providers(ALL, "fp32", Path("cache")))[CUDA]
    assert settings == {"use_tf32": "0", "cudnn_conv_algo_search": "HEURISTIC"}


def test_tensorrt_keeps_its_engine() -> None:
    settings = dict(choose_providers(ALL, "fp16", Path("cache")))[TENSORRT]
    assert settings["trt_engine_cache_path"] == "cache"
    assert settings["trt_engine_cache_enable"] == settings["trt_fp16_enable"] == "1"


def test_engines_of_other_weights_and_sizes_lie_apart(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    folders = {engine_cache(weights, side) for weights in ("ab", "cd") for side in ((384, 384), (480, 5472))}
    assert len(folders) == 4
    assert tmp_path / "scuff" / "tensorrt" / "ab" / "480x5472" in folders


def test_cache_lies_in_the_home_folder_by_default(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert engine_cache("ab", (32, 32)).is_relative_to(tmp_path / ".cache")


@pytest.mark.parametrize(("available", "expected"), [(ALL, True), ([CUDA], True), ([TENSORRT], True), ([CPU], False)])
def test_gpu_needs_a_provider(available: list[str], expected: bool) -> None:
    assert has_gpu_provider(available) is expected
