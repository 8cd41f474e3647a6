from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from scuff.core.errors import BundleError
from scuff.inspection.runtime import OpenVinoRuntime

SaveNetwork = Callable[..., Path]


def grey_tiles(*values: int, side: int = 4) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return np.stack([np.full((side, side, 3), value, np.uint8) for value in values])


def test_scores_are_what_the_network_says(tmp_path: Path, save_network: SaveNetwork) -> None:
    runtime = OpenVinoRuntime(save_network(tmp_path / "net.xml"))
    scores = runtime.scores(grey_tiles(255, 128, 0))
    assert scores.shape == (3, 2, 4, 4)
    assert scores.dtype == np.float32
    np.testing.assert_allclose(scores[:, :, 0, 0], [[1, 0], [0, 0], [0, 1]])


def test_fixed_batch_gives_the_same_scores(tmp_path: Path, save_network: SaveNetwork) -> None:
    tiles = grey_tiles(255, 0, 230)
    free = OpenVinoRuntime(save_network(tmp_path / "free.xml")).scores(tiles)
    fixed = OpenVinoRuntime(save_network(tmp_path / "fixed.xml", shape=(2, 4, 4, 3))).scores(tiles)
    np.testing.assert_array_equal(fixed, free)


def test_tiles_of_another_size_are_refused(tmp_path: Path, save_network: SaveNetwork) -> None:
    runtime = OpenVinoRuntime(save_network(tmp_path / "net.xml", shape=(1, 8, 8, 3)))
    with pytest.raises(BundleError, match=r"net\.xml: takes tiles of \[1,8,8,3\], not \[1, 4, 4, 3\].*export it again"):
        runtime.scores(grey_tiles(0))


def test_network_that_does_not_run_is_a_bundle_error(tmp_path: Path, save_network: SaveNetwork) -> None:
    network = tmp_path / "net.xml"
    network.write_text("<net")
    with pytest.raises(BundleError, match=r"net\.xml: OpenVINO cannot load this network.*export the bundle again"):
        OpenVinoRuntime(network)


def test_network_without_its_weights_is_a_bundle_error(tmp_path: Path, save_network: SaveNetwork) -> None:
    network = save_network(tmp_path / "net.xml")
    network.with_suffix(".bin").unlink()
    with pytest.raises(BundleError, match="cannot load this network"):
        OpenVinoRuntime(network)


def test_network_with_other_ports_is_refused(tmp_path: Path, save_network: SaveNetwork) -> None:
    network = save_network(tmp_path / "net.xml", shape=(-1, 3, 8, 8))
    with pytest.raises(BundleError, match=r"turns .*3,8,8.* but scuff needs B×H×W×3 uint8"):
        OpenVinoRuntime(network)
