import pytest
import torch

from scuff.nets.screen import CELL_PX, INT8, REACH_PX, ScreenNetwork


@pytest.fixture(scope="module")
def network() -> ScreenNetwork:
    """A network with random weights, whose batch normalisations have seen something."""
    torch.manual_seed(0)
    network = ScreenNetwork().train()
    with torch.no_grad():
        for _ in range(3):
            network(noise(4, 64, 64))
    return network.eval()


def noise(frames: int, height: int, width: int) -> torch.Tensor:
    return torch.randint(0, 256, (frames, height, width, 3), dtype=torch.uint8)


def test_a_cell_gets_one_score(network: ScreenNetwork) -> None:
    assert network(noise(2, 5 * CELL_PX, 7 * CELL_PX)).shape == (2, 5, 7)


@pytest.mark.parametrize("within", [True, False])
def test_a_score_depends_on_nothing_beyond_its_reach(network: ScreenNetwork, within: bool) -> None:
    # Cell 4 of 9 covers pixels 64 to 79, and the network may see as far as pixels 16 to 127.
    first, last = 4 * CELL_PX - REACH_PX, 5 * CELL_PX + REACH_PX
    frame = noise(1, 9 * CELL_PX, 9 * CELL_PX)
    other = 255 - frame
    inner = slice(first + 8, last - 8) if within else slice(first, last)
    other[:, inner, inner] = frame[:, inner, inner]
    with torch.no_grad():
        same = bool(network(frame)[0, 4, 4] == network(other)[0, 4, 4])
    assert same is not within


def test_a_strip_scores_as_the_frame_does(network: ScreenNetwork) -> None:
    frame = noise(1, 12 * CELL_PX, 6 * CELL_PX)
    with torch.no_grad():
        whole, strip = network(frame), network(frame[:, 2 * CELL_PX :])
    halo = REACH_PX // CELL_PX
    torch.testing.assert_close(strip[:, halo:], whole[:, 2 + halo :])


def test_weights_of_the_stem_are_whole_numbers_of_their_steps(network: ScreenNetwork) -> None:
    values, steps = network.stem.rounded()
    assert values.abs().amax(dim=(1, 2, 3)).tolist() == [INT8] * len(values)
    torch.testing.assert_close(values, values.round())
    assert ((values * steps - network.stem.weight).abs() <= steps / 2 + 1e-9).all()


def test_rounding_lets_the_stem_learn() -> None:
    network = ScreenNetwork()
    network(noise(2, 32, 32)).sum().backward()
    assert network.stem.weight.grad is not None
    assert network.stem.weight.grad.abs().sum() > 0


def test_a_channel_of_zeros_stays_one() -> None:
    network = ScreenNetwork().eval()
    with torch.no_grad():
        network.stem.weight[0] = 0
        assert network(noise(1, 32, 32)).isfinite().all()
