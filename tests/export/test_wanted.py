import pytest

from scuff.core.errors import BundleError
from scuff.core.tile import Tiling, squares
from scuff.export.wanted import Wanted


def test_squares_unless_strips_are_wanted() -> None:
    assert Wanted().tiling(384) == squares(384)
    assert Wanted(strip_px=480).tiling(384) == Tiling(480, None, squares(384).halo_px)


@pytest.mark.parametrize("height", [100, 0, 32])
def test_strips_that_a_network_cannot_see_are_refused(height: int) -> None:
    with pytest.raises(BundleError, match=rf"--strips {height}: the height must be a multiple of 32, and \d+ or more"):
        Wanted(strip_px=height).tiling(4096)


def test_a_network_trained_on_odd_patches_sees_no_strips() -> None:
    assert Wanted().tiling(100) == squares(100)
    with pytest.raises(BundleError, match=r"trained on patches of 100 px.*without --strips"):
        Wanted(strip_px=480).tiling(100)
