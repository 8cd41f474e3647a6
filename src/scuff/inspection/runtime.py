"""What runs a network on tiles: one small interface, and OpenVINO behind it."""

from pathlib import Path
from typing import Protocol

import numpy as np
import openvino
from numpy.typing import NDArray

from scuff.core.errors import BundleError

SETTINGS = {
    # CPUs with AMX would otherwise calculate in bf16, and the scores would no longer be the exported ones.
    "INFERENCE_PRECISION_HINT": "f32",
    "PERFORMANCE_HINT": "LATENCY",
}

ANY = -1
"""In a shape of OpenVINO's: whatever size."""


class Runtime(Protocol):
    """Runs a network. B tiles of H×W pixels in, C class scores per pixel out."""

    def scores(self, tiles: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Score tiles.

        Args:
            tiles: B×H×W×3, RGB.

        Returns:
            B×C×H×W probabilities of the defect classes, in [0, 1]; what a pixel's classes lack to 1 is the
            probability of sound metal.
        """
        ...


class OpenVinoRuntime:
    """Runs an exported network on the CPU; the same tiles give the same scores, byte for byte.

    The network takes B×H×W×3 uint8 and returns B×C×H×W float32; B, H and W may be fixed or free.
    """

    def __init__(self, network: Path) -> None:
        """Load and compile a network.

        Args:
            network: The ``.xml`` file of an OpenVINO model; its ``.bin`` lies beside it.

        Raises:
            BundleError: It cannot be loaded, or takes or gives something else than the above.
        """
        self._network = network
        try:
            core = openvino.Core()
            self._compiled = core.compile_model(core.read_model(network), "CPU", SETTINGS)
        except RuntimeError as error:
            raise BundleError(
                f"{network}: OpenVINO cannot load this network ({_last_line(error)}); export the bundle again"
            ) from error
        self._check_ports()
        batch = self._compiled.input(0).partial_shape[0]
        self._fixed_batch = batch.get_length() if batch.is_static else None

    def scores(self, tiles: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Score tiles; see ``Runtime``.

        Raises:
            BundleError: The network was made for tiles of another size.
        """
        expected = self._compiled.input(0).partial_shape
        if not expected.compatible(openvino.PartialShape([ANY, *tiles.shape[1:]])):
            raise BundleError(
                f"{self._network}: takes tiles of {expected.to_string()}, not {list(tiles.shape)} (B×H×W×3); "
                "the bundle's tile size is not its network's; export it again"
            )
        step = self._fixed_batch or len(tiles)
        parts = [self._run(tiles[start : start + step], step) for start in range(0, len(tiles), step)]
        return parts[0] if len(parts) == 1 else np.concatenate(parts)

    def _run(self, tiles: NDArray[np.uint8], batch: int) -> NDArray[np.float32]:
        """Score at most ``batch`` tiles; a network with a fixed batch gets blank ones for those that lack."""
        missing = batch - len(tiles)
        full = np.pad(tiles, [(0, missing), (0, 0), (0, 0), (0, 0)]) if missing else tiles
        try:
            scores = self._compiled(np.ascontiguousarray(full))[0]
        except RuntimeError as error:
            raise BundleError(
                f"{self._network}: OpenVINO cannot run this network on {list(full.shape)} "
                f"({_last_line(error)}); export the bundle again"
            ) from error
        return np.asarray(scores[: len(tiles)], dtype=np.float32)

    def _check_ports(self) -> None:
        taken, given = self._compiled.input(0), self._compiled.output(0)
        fits = (
            len(self._compiled.inputs) == 1
            and taken.partial_shape.compatible(openvino.PartialShape([ANY, ANY, ANY, 3]))
            and given.partial_shape.compatible(openvino.PartialShape([ANY] * 4))
            and taken.element_type == openvino.Type.u8
            and given.element_type == openvino.Type.f32
        )
        if not fits:
            raise BundleError(
                f"{self._network}: turns {_port(taken)} into {_port(given)}, but scuff needs B×H×W×3 "
                "uint8 into B×C×H×W float32; export the bundle again"
            )


def _port(port: openvino.ConstOutput) -> str:
    return f"{port.partial_shape.to_string()} {port.element_type.to_string()}"


def _last_line(error: RuntimeError) -> str:
    """The reason at the end of what OpenVINO says; before it come its own source lines."""
    return str(error).strip().splitlines()[-1].strip() or "no reason given"
