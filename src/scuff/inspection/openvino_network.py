"""A network that OpenVINO has compiled for tiles of one size."""

import threading
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import openvino
from numpy.typing import NDArray

from scuff.core.errors import BundleError
from scuff.inspection.runtime import Take, Tiles


class OpenVinoNetwork:
    """Turns tiles of 1×H×W×3 bytes into scores of 1×K×h×w bytes; may be used by several threads at once.

    OpenVINO's own threads never call Python: they would need the interpreter's lock for a moment after a tile is done,
    and whoever lets go of a network holds this lock while waiting for them.
    """

    def __init__(
        self,
        core: openvino.Core,
        file: Path,
        tile_hw: tuple[int, int],
        settings: Mapping[str, object],
        steps: Sequence[int] = (1, 2),
    ) -> None:
        """Load and compile a network.

        Args:
            core: Compiles it.
            file: The ``.xml`` file of an OpenVINO model; its ``.bin`` lies beside it.
            tile_hw: Size of the tiles, H and W.
            settings: Properties for the CPU plugin.
            steps: H / h that are allowed.

        Raises:
            BundleError: It cannot be loaded, or takes or gives something else than the above.
        """
        self._file, self._tile_hw = file, tile_hw
        self._idle: list[list[openvino.InferRequest]] = []
        self._lock = threading.Lock()
        with self._explained("load"):
            model = core.read_model(file)
            model.reshape([1, *tile_hw, 3])
            self.compiled = core.compile_model(model, "CPU", dict(settings))
        self._check_ports(steps)
        shape = self.compiled.output(0).shape
        self.planes, self.step = int(shape[1]), -(-tile_hw[0] // int(shape[2]))

    def score(self, tiles: Tiles, take: Take) -> None:
        """Score tiles, and ``take`` each in this thread, in order; when this returns or raises, none is at work.

        Raises:
            BundleError: OpenVINO cannot run the network.
            ValueError: A tile has another size.
        """
        requests = self._borrow()
        at_work: deque[tuple[int, openvino.InferRequest]] = deque()

        def finish_first() -> None:
            number, request = at_work.popleft()
            with self._explained("run"):
                request.wait()
            take(number, request.get_output_tensor(0).data[0])

        try:
            for number, tile in enumerate(tiles):
                if len(at_work) == len(requests):
                    finish_first()
                at_work.append((number, self._start(requests[number % len(requests)], tile)))
            while at_work:
                finish_first()
        finally:
            with self._explained("run"):
                for _, request in at_work:
                    request.wait()
            with self._lock:
                self._idle.append(requests)

    def _borrow(self) -> list[openvino.InferRequest]:
        """Take requests that no other thread uses: one for each stream, and one that waits for a stream to be free."""
        with self._lock:
            if self._idle:
                return self._idle.pop()
        count = self.compiled.get_property("OPTIMAL_NUMBER_OF_INFER_REQUESTS") + 1
        return [self.compiled.create_infer_request() for _ in range(count)]

    def _start(self, request: openvino.InferRequest, tile: NDArray[np.uint8]) -> openvino.InferRequest:
        if tile.shape != (*self._tile_hw, 3):
            raise ValueError(f"a tile of the shape {tile.shape} among tiles of {_size(self._tile_hw)}")
        request.get_input_tensor(0).data[0] = tile
        with self._explained("run"):
            request.start_async()
        return request

    @contextmanager
    def _explained(self, doing: str) -> Iterator[None]:
        """Say what OpenVINO cannot do, in place of its own many lines."""
        try:
            yield
        except RuntimeError as error:
            raise BundleError(
                f"{self._file}: OpenVINO cannot {doing} this network for tiles of {_size(self._tile_hw)} "
                f"({_last_line(error)}); export the bundle again"
            ) from error

    def _check_ports(self, steps: Sequence[int]) -> None:
        taken, given = self.compiled.input(0), self.compiled.output(0)
        height, width = self._tile_hw
        sizes = [openvino.PartialShape([1, [1, 2], -(-height // step), -(-width // step)]) for step in steps]
        fits = (
            len(self.compiled.inputs) == 1
            and given.partial_shape.is_static
            and any(given.partial_shape.compatible(size) for size in sizes)
            and taken.element_type == given.element_type == openvino.Type.u8
        )
        if not fits:
            raise BundleError(
                f"{self._file}: turns {_port(taken)} into {_port(given)}, but scuff needs 1×H×W×3 bytes into "
                f"1×K×h×w, with K = 1 or 2 and H / h = {' or '.join(map(str, steps))}; export the bundle again"
            )


def _port(port: openvino.ConstOutput) -> str:
    return f"{port.partial_shape.to_string()} {port.element_type.to_string()}"


def _size(tile_hw: tuple[int, int]) -> str:
    return f"{tile_hw[0]}×{tile_hw[1]} px"


def _last_line(error: RuntimeError) -> str:
    """The reason at the end of what OpenVINO says; before it come its own source lines."""
    return str(error).strip().splitlines()[-1].strip() or "no reason given"
