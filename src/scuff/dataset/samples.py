"""Patches as a training loop reads them: in an order and with variations that the seed and the epoch decide."""

from collections.abc import Iterator, Sequence

import numpy as np
import torch
import torch.distributed as dist
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import Dataset, Sampler

from scuff.core.mask import OUTSIDE
from scuff.dataset.patches import Patches
from scuff.dataset.transforms import Augment

Key = tuple[int, int]
"""Epoch and patch index; together with the seed they decide a sample completely."""

NOTHING = -1
"""Index of a sample that counts in nothing; it fills up where processes would else get unequally many."""


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
        if index == NOTHING:
            side = self._patches.record.size_px
            return torch.zeros(3, side, side, dtype=torch.uint8), torch.full((side, side), OUTSIDE, dtype=torch.uint8)
        image = torch.from_numpy(np.array(self._patches.images[index])).permute(2, 0, 1)  # S×S×3 to 3×S×S
        mask = torch.from_numpy(np.array(self._patches.masks[index]))
        if self._augment is None:
            return image, mask
        return self._augment(image, mask, variation_seed(self._seed, epoch, index))


class EpochOrder(Sampler[Key]):
    """Gives each index once an epoch: shuffled by seed and epoch, or in order.

    In a distributed training each process gets its part of each batch, so that together they train on the batches that
    a single process would.
    """

    def __init__(self, indices: NDArray[np.int64], seed: int, shuffle: bool, batch: int = 1) -> None:
        """Order some patches.

        Args:
            indices: Of the patches.
            seed: Of the order.
            shuffle: Whether to mix them.
            batch: Patches of a step, of all processes together.
        """
        self.shuffle = shuffle
        self._indices = indices
        self._seed = seed
        self._batch = batch
        self._epoch = 0

    def set_epoch(self, epoch: int) -> None:
        """Tell which epoch begins; Lightning calls it."""
        self._epoch = epoch

    @property
    def drops_rest(self) -> bool:
        """Whether an epoch leaves out what is left for its last batch.

        A last batch of one small patch has no variance for batch normalisation to use.
        """
        return self.shuffle and len(self._indices) >= self._batch

    def __len__(self) -> int:
        """Number of patches that this process gets."""
        return len(self._own())

    def __iter__(self) -> Iterator[Key]:
        """Go through the epoch."""
        return ((self._epoch, index) for index in self._own())

    def _own(self) -> list[int]:
        order: list[int] = self._indices.tolist()
        if self.shuffle:
            order = np.random.default_rng((self._seed, self._epoch)).permutation(self._indices).tolist()
        if self.drops_rest:
            order = order[: len(order) // self._batch * self._batch]
        rank, count = _place()
        if count == 1:
            return order
        batches = [order[start : start + self._batch] for start in range(0, len(order), self._batch)]
        return [index for batch in batches for index in _part(batch, rank, count)]


def _place() -> tuple[int, int]:
    """Number of this process, and how many train together."""
    together = dist.is_available() and dist.is_initialized()
    return (dist.get_rank(), dist.get_world_size()) if together else (0, 1)


def _part(batch: Sequence[int], rank: int, count: int) -> list[int]:
    """The part of a batch that a process gets; all get equally many."""
    each = -(-len(batch) // count)
    filled = [*batch, *[NOTHING] * (each * count - len(batch))]
    return filled[rank * each : (rank + 1) * each]


def variation_seed(seed: int, epoch: int, index: int) -> int:
    """Mix a run's seed, the epoch and the patch into one seed that shares no pattern with its neighbours."""
    return int(np.random.SeedSequence((seed, epoch, index)).generate_state(1, np.uint64)[0] >> np.uint64(1))
