from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from tests.fixtures.networks import TINY

from scuff.core.bundle import Precision
from scuff.core.errors import BundleError
from scuff.core.tile import Tiling
from scuff.export.program import write_program
from scuff.inspection.tiling import score_frame
from scuff.inspection.torch_runtime import ProgramRuntime
from scuff.nets.local_se import localised
from scuff.nets.runtime import TorchRuntime
from scuff.nets.unet import SurfaceUNet, bare_unet

pytestmark = pytest.mark.usefixtures("one_thread")

SQUARES, STRIPS = Tiling(64, 64, 8), Tiling(64, None, 8)


def tiny(classes: int, head: str = "full") -> SurfaceUNet:
    torch.manual_seed(0)
    return bare_unet(TINY.model_copy(update={"head": head}), classes).eval()


NETWORKS = {
    "one class": (tiny(1), SQUARES),
    "three classes, half resolution, strips": (localised(tiny(3, "half"), 64), STRIPS),
    "side that is no multiple of 32": (tiny(1), Tiling(50, 50, 4)),
}


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Write the program of a network, once."""
    folder = tmp_path_factory.mktemp("programs")

    def write(name: str) -> Path:
        path = folder / f"{name}.pt2"
        if not path.exists():
            write_program(path, *NETWORKS[name], "fp32")
        return path

    return write


def noise(*shape: int) -> NDArray[np.uint8]:
    return np.random.default_rng(0).integers(0, 256, (*shape, 3), dtype=np.uint8)


@pytest.mark.parametrize("name", NETWORKS)
def test_program_scores_frames_as_the_network_does(written: Callable[[str], Path], name: str) -> None:
    network, tiling = NETWORKS[name]
    runtime = ProgramRuntime(written(name), "fp32", tiling.tile_hw((64, 64)))
    assert (runtime.planes, runtime.step) == (network.planes, network.step)
    for frame in (noise(150, 171), noise(70, 99)):
        here, there = (score_frame(frame, which, tiling) for which in (runtime, TorchRuntime(network)))
        assert np.abs(here.score.astype(int) - there.score).max() <= 1
        assert np.mean(here.mask(0.5) != there.mask(0.5)) < 1e-3


@pytest.mark.parametrize(("precision", "nearly"), [("bf16", 5), ("fp16", 2)])
def test_lower_precision_comes_near(written: Callable[[str], Path], precision: Precision, nearly: int) -> None:
    network, tiling = NETWORKS["one class"]
    runtime = ProgramRuntime(written("one class"), precision, (64, 64))
    here, there = (score_frame(noise(64, 64), which, tiling).score for which in (runtime, TorchRuntime(network)))
    assert np.abs(here.astype(int) - there).max() <= nearly


def test_equal_networks_give_equal_bytes_without_source_code(written: Callable[[str], Path], tmp_path: Path) -> None:
    write_program(tmp_path / "again.pt2", tiny(1), SQUARES, "bf16")
    content = (tmp_path / "again.pt2").read_bytes()
    assert content == written("one class").read_bytes()
    assert str(Path(__file__).parents[2]).encode() not in content
    assert b"def forward" not in content
    assert b"line " not in content


def test_int8_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match=r"torch does not run int8 networks; export with --precision fp32"):
        write_program(tmp_path / "net.pt2", *NETWORKS["one class"], "int8")
    assert not list(tmp_path.iterdir())
