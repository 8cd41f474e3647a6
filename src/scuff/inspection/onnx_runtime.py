"""Runs a network with ONNX Runtime, on a GPU where there is one; imported only where it is chosen."""

import threading
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from scuff.core.bundle import Precision
from scuff.core.errors import BundleError
from scuff.inspection.lanes import run_lanes
from scuff.inspection.onnx_providers import ARITHMETIC, CPU, DEVICES, ORDER, has_gpu_provider
from scuff.inspection.onnx_session import available_providers, open_session, reason
from scuff.inspection.probing import planes_and_step
from scuff.inspection.runtime import Take, Tiles, cores

STREAMS_ON_GPU = 2
"""One tile is copied while another one is computed."""

MAX_SIZES = 4
"""Sizes of tiles for which a session is kept open; strips have a size for each width of frames."""


def could_use_gpu() -> bool:
    """Tell whether the installed ONNX Runtime knows GPUs; whether there is one shows when a network is loaded."""
    return has_gpu_provider(available_providers())


class OnnxRuntime:
    """Runs an ONNX network, several tiles at once; a session is opened for each size of tile that it meets."""

    def __init__(
        self, network: Path, precision: Precision, tile_hw: tuple[int, int], streams: int | None = None
    ) -> None:
        """Load a network and run it once.

        Args:
            network: The ``.onnx`` file.
            precision: What it was exported as.
            tile_hw: Size of the tiles it will see first, H and W.
            streams: Tiles to score at once; ``None``: on a CPU one for each core that this process may use.

        Raises:
            BundleError: It cannot be loaded, ONNX Runtime does not compute in this precision, or it takes or gives
                something else than ``Runtime`` needs.
        """
        if precision not in ORDER:
            raise BundleError(
                f"{network}: ONNX Runtime does not run {precision} networks; export the bundle with --precision fp32, "
                'fp16 or int8, or set inspection.runtime to "openvino" or "torch"'
            )
        self._file, self._precision = network, precision
        self._threads = max(1, cores() // (streams or cores()))
        self._lock = threading.Lock()
        self._sessions: dict[tuple[int, int], onnxruntime.InferenceSession] = {}
        self._provider: str = self._session(tile_hw).get_providers()[0]
        self._streams = streams or (STREAMS_ON_GPU if self.on_gpu else cores())
        # Of all threads that use this runtime together: more would only fill the memory.
        self._turn = threading.BoundedSemaphore(self._streams)
        scores = self._run(np.zeros((*tile_hw, 3), np.uint8))
        self.planes, self.step = planes_and_step(network, tile_hw, scores)

    @property
    def on_gpu(self) -> bool:
        """Whether a GPU computes."""
        return self._provider != CPU

    @property
    def name(self) -> str:
        """Library, provider, arithmetic and streams."""
        device, kind = DEVICES[self._provider], ARITHMETIC[self._provider][self._precision]
        streams = f"{self._streams} stream{'' if self._streams == 1 else 's'}"
        return f"ONNX Runtime {onnxruntime.__version__} on {device}, arithmetic {kind}, {streams}"

    def score(self, tiles: Tiles, take: Take) -> None:
        """Score tiles; see ``Runtime``.

        Raises:
            BundleError: The network was not made for tiles of this size.
        """

        def run(numbered: tuple[int, NDArray[np.uint8]]) -> tuple[int, NDArray[np.uint8]]:
            number, tile = numbered
            return number, self._run(tile)[0]

        run_lanes(run, enumerate(tiles), self._streams, lambda done: take(*done))

    def _run(self, tile: NDArray[np.uint8]) -> NDArray[np.uint8]:
        height, width, _ = tile.shape
        session = self._session((height, width))
        batch = np.ascontiguousarray(tile)[None]
        try:
            with self._turn:
                (scores,) = session.run(None, {session.get_inputs()[0].name: batch})
        except Exception as error:  # its errors have no base class of their own
            raise BundleError(
                f"{self._file}: ONNX Runtime cannot run this network on tiles of {height}×{width} px "
                f'({reason(error)}); export the bundle again, or set inspection.runtime to "openvino"'
            ) from error
        return np.asarray(scores)

    def _session(self, tile_hw: tuple[int, int]) -> onnxruntime.InferenceSession:
        """Give the session for tiles of one size; forget the size that was not used for longest, if there are many."""
        with self._lock:
            session = self._sessions.pop(tile_hw, None)
            if session is None:
                session = open_session(self._file, self._precision, tile_hw, self._threads)
            self._sessions[tile_hw] = session
            if len(self._sessions) > MAX_SIZES:
                del self._sessions[next(iter(self._sessions))]
            return session
