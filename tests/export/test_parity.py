import numpy as np
import pytest
from numpy.typing import NDArray

from scuff.core.errors import BundleError
from scuff.export.parity import check_agreement


class Constant:
    """Scores every pixel the same, but may score those of bright patches otherwise."""

    def __init__(self, score: float, classes: int = 1, bright: float | None = None) -> None:
        self.score = score
        self.classes = classes
        self.bright = score if bright is None else bright

    def scores(self, tiles: NDArray[np.uint8]) -> NDArray[np.float32]:
        score = self.bright if tiles.any() else self.score
        return np.full((len(tiles), self.classes, *tiles.shape[1:3]), score, np.float32)


PATCHES = [np.zeros((4, 4, 3), np.uint8), np.ones((4, 4, 3), np.uint8)]


def test_agreement_is_stated() -> None:
    agreement = check_agreement(Constant(0.5), Constant(0.5005), PATCHES, "two patches", tolerance=0.001)
    assert agreement.patches == 2
    assert agreement.largest_difference == pytest.approx(0.0005, abs=1e-6)
    assert (agreement.source, agreement.tolerance) == ("two patches", 0.001)


def test_a_difference_is_refused_and_located() -> None:
    with pytest.raises(BundleError, match=r"patch 0 of 2 \(two patches\) differs by 0\.1, allowed is 0\.001"):
        check_agreement(Constant(0.5), Constant(0.6), PATCHES, "two patches")


def test_not_a_number_in_any_patch_is_no_agreement() -> None:
    with pytest.raises(BundleError, match="patch 1 of 2"):
        check_agreement(Constant(0.5, bright=float("nan")), Constant(0.5), PATCHES, "two patches")


def test_other_classes_are_refused() -> None:
    with pytest.raises(BundleError, match=r"gives \(1, 2, 4, 4\) scores where its checkpoint gives \(1, 1, 4, 4\)"):
        check_agreement(Constant(0.5, classes=2), Constant(0.5), PATCHES, "two patches")


def test_nothing_to_compare_on_is_refused() -> None:
    with pytest.raises(BundleError, match="no patch to compare"):
        check_agreement(Constant(0.5), Constant(0.5), [], "none")
