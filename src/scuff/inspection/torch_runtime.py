"""Runs a network with torch, on a GPU where there is one; imported only where torch is chosen."""

import threading
from pathlib import Path
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch.export import ExportedProgram
from torch.export.passes import move_to_device_pass

from scuff.core.bundle import Precision
from scuff.core.errors import BundleError
from scuff.inspection.probing import planes_and_step
from scuff.inspection.runtime import Take, Tiles

KINDS: Final[dict[Precision, torch.dtype]] = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}
"""Arithmetic of convolutions; everything that loses by it stays in 32 bit (torch's autocast)."""


def has_gpu() -> bool:
    """Tell whether torch finds a GPU."""
    return torch.cuda.is_available()


class ProgramRuntime:
    """Runs a torch program, one tile after the other; on a CPU, each uses all cores."""

    def __init__(self, program: Path, precision: Precision, tile_hw: tuple[int, int]) -> None:
        """Load a program and run it once.

        Args:
            program: The ``.pt2`` file. Reading one can run code that it holds: open only what you trust.
            precision: What it was exported for.
            tile_hw: Size of the tiles it will see first, H and W.

        Raises:
            BundleError: It cannot be loaded, torch does not compute in this precision, or it takes or gives something
                else than ``Runtime`` needs.
        """
        if precision not in KINDS:
            raise BundleError(
                f"{program}: torch does not run {precision} networks; export the bundle with another precision, or set "
                'inspection.runtime to "openvino"'
            )
        # Of the whole process: cuDNN would otherwise round to 10 bits, and take ways whose sums differ each time.
        torch.backends.cudnn.allow_tf32 = False
        torch.backends.cudnn.deterministic = True
        self._file, self._kind = program, KINDS[precision]
        self._device = torch.device("cuda" if has_gpu() else "cpu")
        self._network = self._load()
        self._turn = threading.Lock()  # two tiles at once, each on all cores, would only stand in each other's way
        scores = self._run(np.zeros((*tile_hw, 3), np.uint8))
        self.planes, self.step = planes_and_step(program, tile_hw, scores)

    @property
    def name(self) -> str:
        """Library, device and arithmetic."""
        device = torch.cuda.get_device_name() if self._device.type == "cuda" else "the CPU"
        kind = {torch.bfloat16: "bf16", torch.float16: "f16"}.get(self._kind, "f32")
        return f"torch {torch.__version__} on {device}, arithmetic {kind}"

    def score(self, tiles: Tiles, take: Take) -> None:
        """Score tiles; see ``Runtime``.

        Raises:
            BundleError: The network was not made for tiles of this size.
        """
        for number, tile in enumerate(tiles):
            take(number, self._run(tile)[0])

    def _load(self) -> torch.nn.Module:
        try:
            program = _in_any_kind(torch.export.load(self._file))
            return move_to_device_pass(program, self._device).module().to(memory_format=torch.channels_last)
        except Exception as error:  # a damaged file raises zipfile's, json's, pickle's and torch's own types
            raise BundleError(
                f"{self._file}: torch cannot load this network ({_first_line(error)}); export the bundle again"
            ) from error

    def _run(self, tile: NDArray[np.uint8]) -> NDArray[np.uint8]:
        pixels = torch.tensor(tile, device=self._device)[None]
        lower = self._kind != torch.float32
        try:
            with self._turn, torch.inference_mode(), torch.autocast(self._device.type, self._kind, enabled=lower):
                scores = self._network(pixels)
        except (AssertionError, RuntimeError) as error:  # the first is what a program says to a size it is not made for
            raise BundleError(
                f"{self._file}: torch cannot run this network on tiles of {tile.shape[0]}×{tile.shape[1]} px "
                f"({_first_line(error)}); export the bundle again"
            ) from error
        return np.asarray(scores.cpu().numpy())


def _in_any_kind(program: ExportedProgram) -> ExportedProgram:
    """Take out of a program what insists on the arithmetic that it was traced in."""
    for node in list(program.graph.nodes):
        if node.target is torch.ops.aten._assert_tensor_metadata.default:
            program.graph.erase_node(node)
    program.graph_module.recompile()
    return program


def _first_line(error: Exception) -> str:
    return next(iter(str(error).strip().splitlines()), type(error).__name__)
