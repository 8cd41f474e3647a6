import gc
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import openvino
import pytest
from numpy.typing import NDArray
from openvino import opset13 as ops
from tests.fixtures.red_network import save_red

from scuff.core.errors import BundleError
from scuff.inspection.openvino_network import OpenVinoNetwork

Pixels = NDArray[np.uint8]
Open = Callable[..., OpenVinoNetwork]

SIDE = 8


@pytest.fixture
def open_network(tmp_path: Path) -> Open:
    """A function that compiles the red network, or a file, for tiles of a size."""

    def open_it(
        file: Path | None = None, tile_hw: tuple[int, int] = (SIDE, SIDE), planes: int = 1, step: int = 1
    ) -> OpenVinoNetwork:
        file = file or save_red(tmp_path / "net.xml", planes, step)
        return OpenVinoNetwork(openvino.Core(), file, tile_hw, {"INFERENCE_PRECISION_HINT": "f32"})

    return open_it


def noise(*shape: int) -> Pixels:
    return np.random.default_rng(0).integers(0, 256, (*shape, 3), dtype=np.uint8)


def nothing(number: int, scores: Pixels) -> None:
    pass


def test_each_tile_is_scored_once_and_taken_in_order(open_network: Open) -> None:
    tiles, taken = noise(20, SIDE, SIDE), []
    open_network().score(tiles, lambda number, scores: taken.append((number, scores.copy())))
    assert [number for number, _ in taken] == list(range(20))
    for number, scores in taken:
        assert scores.dtype == np.uint8
        np.testing.assert_array_equal(scores, tiles[number, None, ..., 0])


def test_half_resolution_and_labels(open_network: Open) -> None:
    network, tile, taken = open_network(planes=2, step=2), noise(SIDE, SIDE), list[Pixels]()
    assert (network.planes, network.step) == (2, 2)
    network.score([tile], lambda _, scores: taken.append(scores.copy()))
    highest = tile[..., 0].reshape(4, 2, 4, 2).max(axis=(1, 3))
    np.testing.assert_array_equal(taken[0], [highest, np.full((4, 4), 2)])


def test_nothing_is_scored_without_tiles(open_network: Open) -> None:
    taken: list[int] = []
    open_network().score([], lambda number, _: taken.append(number))
    assert taken == []


def test_tiles_may_be_parts_of_a_frame_that_cannot_be_written_to(open_network: Open) -> None:
    frame = noise(SIDE, 3 * SIDE)
    frame.flags.writeable = False
    taken: list[Pixels] = []
    tiles = (frame[:, x : x + SIDE] for x in range(0, 3 * SIDE, SIDE))
    open_network().score(tiles, lambda _, scores: taken.append(scores[0].copy()))
    np.testing.assert_array_equal(np.hstack(taken), frame[..., 0])


def test_no_tile_is_asked_for_long_before_it_can_be_scored(open_network: Open) -> None:
    asked_for, ahead = 0, []

    def tiles() -> Iterator[Pixels]:
        nonlocal asked_for
        for _ in range(100):
            asked_for += 1
            yield noise(SIDE, SIDE)

    network = open_network()
    network.score(tiles(), lambda number, _: ahead.append(asked_for - number))
    at_once = network.compiled.get_property("OPTIMAL_NUMBER_OF_INFER_REQUESTS") + 1
    assert max(ahead) == at_once + 1


def test_what_take_raises_comes_out_and_no_further_tile_is_begun(open_network: Open) -> None:
    network, asked_for = open_network(), 0

    def tiles() -> Iterator[Pixels]:
        nonlocal asked_for
        for _ in range(1000):
            asked_for += 1
            yield noise(SIDE, SIDE)

    def take(number: int, scores: Pixels) -> None:
        raise KeyError(f"tile {number}")

    with pytest.raises(KeyError, match="tile 0"):
        network.score(tiles(), take)
    assert asked_for < 100
    network.score([noise(SIDE, SIDE)], nothing)


@pytest.mark.parametrize("error", [OSError("disk"), RuntimeError("not OpenVINO's"), KeyboardInterrupt()])
def test_what_the_tiles_raise_comes_out_as_it_is(open_network: Open, error: BaseException) -> None:
    network, taken = open_network(), list[int]()

    def tiles() -> Iterator[Pixels]:
        for _ in range(9):
            yield noise(SIDE, SIDE)
        raise error

    with pytest.raises(type(error)):
        network.score(tiles(), lambda number, _: taken.append(number))
    assert taken == list(range(len(taken)))
    network.score([noise(SIDE, SIDE)] * 9, nothing)


def test_tile_of_another_size_is_refused(open_network: Open) -> None:
    network = open_network()
    for wrong in (noise(1, 1), noise(SIDE, SIDE)[..., :1]):
        with pytest.raises(ValueError, match=r"a tile of the shape \(.*\) among tiles of 8×8 px"):
            network.score([noise(SIDE, SIDE), wrong], nothing)


def test_frame_is_let_go_when_it_is_scored(open_network: Open) -> None:
    network = open_network()
    tile = noise(SIDE, SIDE)
    reference = weakref.ref(tile)
    network.score([tile], nothing)
    del tile
    gc.collect()
    assert reference() is None


@pytest.mark.parametrize("method", ["wait", "start_async"])
def test_network_that_does_not_run_is_a_bundle_error(
    open_network: Open, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    network = open_network()

    def fail(request: openvino.InferRequest) -> None:
        raise RuntimeError("Exception from src/inference/infer_request.cpp:223:\nout of memory\n")

    with monkeypatch.context() as patched:
        patched.setattr(openvino.InferRequest, method, fail, raising=False)
        with pytest.raises(
            BundleError, match=r"net\.xml: OpenVINO cannot run this network .* 8×8 px \(out of memory\)"
        ):
            network.score([noise(SIDE, SIDE)], nothing)


def test_size_that_the_network_cannot_have_is_refused(open_network: Open, tmp_path: Path) -> None:
    tiles = ops.parameter([1, SIDE, SIDE, 3], np.uint8, name="tiles")
    flat = ops.reshape(tiles, np.array([1, SIDE * SIDE, 3]), special_zero=False)
    square = ops.reshape(flat, np.array([1, SIDE, SIDE, 3]), special_zero=False)
    red = ops.gather(ops.transpose(square, np.array([0, 3, 1, 2])), np.array([0]), np.array(1))
    openvino.save_model(openvino.Model([red], [tiles], "fixed"), tmp_path / "fixed.xml")
    open_network(tmp_path / "fixed.xml")
    with pytest.raises(BundleError, match=r"fixed\.xml: OpenVINO cannot load .* 9×9 px \(.+\); export"):
        open_network(tmp_path / "fixed.xml", tile_hw=(9, 9))


def test_file_that_is_no_network_is_refused(open_network: Open, tmp_path: Path) -> None:
    (tmp_path / "broken.xml").write_text("<net")
    with pytest.raises(BundleError, match=r"broken\.xml: OpenVINO cannot load this network.*export the bundle again"):
        open_network(tmp_path / "broken.xml")


def test_network_without_its_weights_is_refused(open_network: Open, tmp_path: Path) -> None:
    network = save_red(tmp_path / "net.xml")
    network.with_suffix(".bin").unlink()
    with pytest.raises(BundleError, match="cannot load this network"):
        open_network(network)


def test_network_that_gives_something_else_is_refused(open_network: Open, tmp_path: Path) -> None:
    tiles = ops.parameter([1, SIDE, SIDE, 3], np.uint8, name="tiles")
    planes = ops.transpose(tiles, np.array([0, 3, 1, 2]))  # three planes
    openvino.save_model(openvino.Model([planes], [tiles], "three"), tmp_path / "three.xml")
    with pytest.raises(BundleError, match=r"turns \[1,8,8,3\] .* into \[1,3,8,8\] .*, but scuff needs 1×H×W×3 bytes"):
        open_network(tmp_path / "three.xml")
