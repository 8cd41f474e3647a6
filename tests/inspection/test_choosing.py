import sys
from collections.abc import Callable
from types import SimpleNamespace

import numpy as np
import onnxruntime
import pytest
from tests.fixtures.bundles import AGREEMENT
from tests.fixtures.onnx_networks import save_red_onnx

from scuff.core.bundle import ONNX, Bundle, RuntimeName
from scuff.core.errors import BundleError, RecipeError
from scuff.core.recipe import Inspection
from scuff.inspection import choosing, onnx_runtime, torch_runtime
from scuff.inspection.choosing import open_runtime
from scuff.inspection.onnx_providers import CPU
from scuff.inspection.tiling import score_frame

MakeBundle = Callable[..., Bundle]


@pytest.fixture
def make_bundle_for(make_bundle: MakeBundle) -> MakeBundle:
    """Make a bundle that holds networks for OpenVINO and for others."""

    def make(*others: RuntimeName) -> Bundle:
        bundle = make_bundle(agreement={"openvino": AGREEMENT} | dict.fromkeys(others, AGREEMENT))
        if "onnxruntime" in others:
            save_red_onnx(bundle.folder / ONNX, planes=2)
        return bundle

    return make


@pytest.fixture
def torch_finds_a_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let torch find a GPU; what it loads only has a name."""

    def load(program: object, precision: str, tile_hw: tuple[int, int]) -> SimpleNamespace:
        return SimpleNamespace(name=f"torch on a GPU, {precision}, {tile_hw}")

    monkeypatch.setattr(torch_runtime, "has_gpu", lambda: True)
    monkeypatch.setattr(torch_runtime, "ProgramRuntime", load)


@pytest.mark.parametrize("others", [(), ("onnxruntime",), ("onnxruntime", "torch")])
def test_openvino_where_there_is_no_gpu(
    make_bundle_for: MakeBundle, monkeypatch: pytest.MonkeyPatch, others: tuple[RuntimeName, ...]
) -> None:
    monkeypatch.setattr(torch_runtime, "has_gpu", lambda: False)
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: [CPU])
    assert open_runtime(make_bundle_for(*others), Inspection()).name.startswith("OpenVINO")


def test_onnx_runtime_before_torch_on_a_gpu(
    make_bundle_for: MakeBundle, monkeypatch: pytest.MonkeyPatch, torch_finds_a_gpu: None
) -> None:
    monkeypatch.setattr(onnx_runtime, "could_use_gpu", lambda: True)
    monkeypatch.setattr(onnx_runtime.OnnxRuntime, "on_gpu", True)
    assert open_runtime(make_bundle_for("onnxruntime", "torch"), Inspection()).name.startswith("ONNX Runtime")


def test_torch_where_onnx_runtime_has_no_gpu_after_all(
    make_bundle_for: MakeBundle, monkeypatch: pytest.MonkeyPatch, torch_finds_a_gpu: None
) -> None:
    monkeypatch.setattr(onnx_runtime, "could_use_gpu", lambda: True)
    runtime = open_runtime(make_bundle_for("onnxruntime", "torch"), Inspection())
    assert runtime.name == "torch on a GPU, fp32, (32, 32)"


def test_gpu_of_torch_is_no_use_without_a_network_for_it(make_bundle_for: MakeBundle, torch_finds_a_gpu: None) -> None:
    assert open_runtime(make_bundle_for(), Inspection()).name.startswith("OpenVINO")


@pytest.mark.parametrize("missing", ["onnxruntime", "torch"])
def test_auto_passes_over_what_is_not_installed(
    make_bundle_for: MakeBundle, monkeypatch: pytest.MonkeyPatch, torch_finds_a_gpu: None, missing: RuntimeName
) -> None:
    monkeypatch.setattr(choosing, "_installed", lambda package: package != missing)
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: [CPU])
    name = open_runtime(make_bundle_for("onnxruntime", "torch"), Inspection()).name
    assert name.startswith("torch" if missing == "onnxruntime" else "OpenVINO")


def test_named_runtime_runs_on_the_cpu_too(make_bundle_for: MakeBundle) -> None:
    bundle = make_bundle_for("onnxruntime")
    runtime = open_runtime(bundle, Inspection(runtime="onnxruntime", streams=1))
    assert runtime.name.endswith("on the CPU, arithmetic f32, 1 stream")
    frame = np.random.default_rng(0).integers(0, 256, (40, 50, 3), dtype=np.uint8)
    np.testing.assert_array_equal(score_frame(frame, runtime, bundle.manifest.tiling).score, frame[..., 0])


@pytest.mark.parametrize("name", ["onnxruntime", "torch"])
def test_named_runtime_without_a_network_is_an_error(make_bundle_for: MakeBundle, name: RuntimeName) -> None:
    expected = f'inspection.runtime is "{name}", but .* for openvino only; export it again with --runtime {name}'
    with pytest.raises(BundleError, match=expected):
        open_runtime(make_bundle_for(), Inspection(runtime=name))


@pytest.mark.parametrize("name", ["onnxruntime", "torch"])
def test_named_runtime_that_is_not_installed_is_an_error(
    make_bundle_for: MakeBundle, monkeypatch: pytest.MonkeyPatch, name: RuntimeName
) -> None:
    monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(RecipeError, match=f'inspection.runtime is "{name}", which is not installed; install it'):
        open_runtime(make_bundle_for(name), Inspection(runtime=name))
