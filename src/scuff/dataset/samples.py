"""Patches as a training loop reads them: in an order and with variations that the seed and the epoch decide."""

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import Dataset, Sampler

from scuff.dataset.patches import Patches
from scuff.dataset.transforms import Augment

Key = tuple[int, int]
"""Epoch and patch index; together with the seed they decide a sample completely."""


class PatchSamples(Dataset[tuple[Tensor, Tensor]]):
    """Patches with their masks, varied where there is an augmentation."""

    def __init__(self, patches: Patches, seed: int, augment: Augment | None = None) -> None:
        """Read from cut patches.

        Args:
            patches: Any.
            seed: Of the variations.
            augment: What varies them; ``None`` leaves them as they are.
        """
        self._patches = patches
        self._seed = seed
        self._augment = augment

    def __getitem__(self, key: Key) -> tuple[Tensor, Tensor]:
        """Give a patch: 3×S×S and S×S, uint8."""
        epoch, index = key
        image = torch.from_numpy(np.array(self._patches.images[index])).permute(2, 0, 1)  # S×S×3 to 3×S×S
        mask = torch.from_numpy(np.array(self._patches.masks[index]))
        if self._augment is None:
            return image, mask
        return self._augment(image, mask, variation_seed(self._seed, epoch, index))


class EpochOrder(Sampler[Key]):
    """Gives each index once an epoch: shuffled by seed and epoch, or in order."""

    def __init__(self, indices: NDArray[np.int64], seed: int, shuffle: bool) -> None:
        """Order some patches.

        Args:
            indices: Of the patches.
            seed: Of the order.
            shuffle: Whether to mix them.
        """
        self.shuffle = shuffle
        self._indices = indices
        self._seed = seed
        self._epoch = 0

    def set_epoch(self, epoch: int) -> None:
        """Tell which epoch begins; Lightning calls it."""
        self._epoch = epoch

    def __len__(self) -> int:
        """Number of patches."""
        return len(self._indices)

    def __iter__(self) -> Iterator[Key]:
        """Go through the epoch."""
        order: Sequence[int] = self._indices.tolist()
        if self.shuffle:
            order = np.random.default_rng((self._seed, self._epoch)).permutation(self._indices).tolist()
        return ((self._epoch, index) for index in order)


def variation_seed(seed: int, epoch: int, index: int) -> int:
    """Mix a run's seed, the epoch and the patch into one seed that shares no pattern with its neighbours."""
    return int(np.random.SeedSequence((seed, epoch, index)).generate_state(1, np.uint64)[0] >> np.uint64(1))
