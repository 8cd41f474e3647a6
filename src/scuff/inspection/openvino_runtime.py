"""Runs a network with OpenVINO on a CPU: the default of a station."""

import threading
from collections import OrderedDict
from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import Final

import openvino

from scuff.core.bundle import Precision
from scuff.inspection.openvino_network import OpenVinoNetwork
from scuff.inspection.runtime import Take, Tiles, cores

HINTS: Final[dict[Precision, str]] = {"fp32": "f32", "bf16": "bf16", "fp16": "f16", "int8": "bf16"}
"""Arithmetic of what is not quantised. A CPU with AMX would calculate in bf16 unless told not to."""

MAX_SIZES = 4
"""Sizes of tiles for which a network is kept compiled; strips have a size for each width of frames."""


class OpenVinoRuntime:
    """Runs an exported network on the CPU, several tiles at once; the same tiles give the same scores, byte for byte.

    The network takes 1×H×W×3 bytes and gives 1×K×h×w bytes; it is compiled anew for each size of tile that it meets.
    """

    def __init__(
        self,
        network: Path,
        precision: Precision,
        tile_hw: tuple[int, int],
        streams: int | None = None,
        steps: Sequence[int] = (1, 2),
    ) -> None:
        """Load a network and compile it.

        Args:
            network: The ``.xml`` file of an OpenVINO model; its ``.bin`` lies beside it.
            precision: What it was exported as.
            tile_hw: Size of the tiles it will see first, H and W.
            streams: Tiles to score at once; ``None``: one for each core that this process may use.
            steps: Pixels per side of a pixel of the scores that are allowed.

        Raises:
            BundleError: It cannot be loaded, or takes or gives something else than the above.
        """
        self._file, self._steps = network, steps
        self._settings = {"INFERENCE_PRECISION_HINT": HINTS[precision], "NUM_STREAMS": streams or cores()}
        self._core = openvino.Core()
        self._lock = threading.Lock()
        self._networks: OrderedDict[tuple[int, int], OpenVinoNetwork] = OrderedDict()
        first = self._network(tile_hw)
        self.planes, self.step = first.planes, first.step
        self.name = self._describe(first.compiled)

    def score(self, tiles: Tiles, take: Take) -> None:
        """Score tiles; see ``Runtime``. ``take`` is called in this thread, in the order of the tiles.

        Raises:
            BundleError: The network cannot be compiled for tiles of this size, or not run.
            ValueError: The tiles are not all of one size.
        """
        coming = iter(tiles)
        for first in coming:
            self._network(first.shape[:2]).score(chain([first], coming), take)

    def _network(self, tile_hw: tuple[int, int]) -> OpenVinoNetwork:
        """Give the network for tiles of a size; forget the size that was not used for longest, if there are many."""
        with self._lock:
            network = self._networks.pop(tile_hw, None)
            if network is None:
                network = OpenVinoNetwork(self._core, self._file, tile_hw, self._settings, self._steps)
            self._networks[tile_hw] = network
            while len(self._networks) > MAX_SIZES:
                self._networks.popitem(last=False)
        return network

    def _describe(self, compiled: openvino.CompiledModel) -> str:
        """Library, device, arithmetic and streams, in words."""
        kind = compiled.get_property("INFERENCE_PRECISION_HINT").to_string()
        streams = compiled.get_property("NUM_STREAMS")
        device = self._core.get_property("CPU", "FULL_DEVICE_NAME").strip()
        version = openvino.get_version().split("-")[0]
        return f"OpenVINO {version} on {device}, arithmetic {kind}, {streams} stream{'' if streams == 1 else 's'}"
