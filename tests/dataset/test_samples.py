from collections.abc import Callable

import numpy as np
import pytest
import torch

from scuff.core.mask import OUTSIDE
from scuff.core.recipe import Augmentation, Patches, Split
from scuff.dataset import patches as cutting
from scuff.dataset import samples
from scuff.dataset.catalogue import Catalogue
from scuff.dataset.samples import NOTHING, EpochOrder, PatchSamples, variation_seed
from scuff.dataset.split import divide
from scuff.dataset.transforms import Augment


def cut(make_catalogue: Callable[..., Catalogue]) -> cutting.Patches:
    masks = {f"P{number}-top": np.full((40, 40), number % 3, np.uint8) for number in range(6)}
    catalogue = make_catalogue(masks)
    division = divide(catalogue, Split(), seed=0)
    out = catalogue.folder.parent / "patches"
    return cutting.cut_patches(catalogue, division, Patches(size_px=32, overlap=0.5), 0, out)


def test_samples_are_channels_first(make_catalogue: Callable[..., Catalogue]) -> None:
    patches = cut(make_catalogue)
    image, mask = PatchSamples(patches, seed=0)[0, 1]
    assert torch.equal(image, torch.from_numpy(np.array(patches.images[1]).transpose(2, 0, 1)))
    assert torch.equal(mask, torch.from_numpy(np.array(patches.masks[1])))


def test_a_variation_depends_on_seed_epoch_and_patch(make_catalogue: Callable[..., Catalogue]) -> None:
    patches = cut(make_catalogue)
    augment = Augment(Augmentation(colour_share=1.0, noise=0.5))
    sample = PatchSamples(patches, seed=4, augment=augment)
    assert torch.equal(sample[2, 1][0], sample[2, 1][0])
    others = (sample[3, 1], PatchSamples(patches, seed=5, augment=augment)[2, 1])
    assert all(not torch.equal(sample[2, 1][0], other[0]) for other in others)


def test_each_patch_once_an_epoch_in_another_order() -> None:
    order = EpochOrder(np.arange(20, 30), seed=1, shuffle=True)
    first = list(order)
    order.set_epoch(1)
    second = list(order)
    assert sorted(index for _, index in first) == sorted(index for _, index in second) == list(range(20, 30))
    assert [index for _, index in first] != [index for _, index in second]
    assert {epoch for epoch, _ in second} == {1}
    order.set_epoch(0)
    assert list(order) == first


def test_validation_keeps_its_order() -> None:
    order = EpochOrder(np.array([5, 3, 9]), seed=1, shuffle=False)
    assert list(order) == [(0, 5), (0, 3), (0, 9)]
    assert len(order) == 3


def test_seeds_of_neighbours_differ() -> None:
    seeds = {variation_seed(s, e, i) for s in range(3) for e in range(3) for i in range(3)}
    assert len(seeds) == 27
    assert all(0 <= seed < 2**63 for seed in seeds)


def drawn(order: EpochOrder, monkeypatch: pytest.MonkeyPatch, processes: int) -> list[list[int]]:
    """What each of several processes gets of an epoch."""
    found = []
    for rank in range(processes):
        monkeypatch.setattr(samples, "_place", lambda rank=rank: (rank, processes))
        found.append([index for _, index in order])
        assert len(order) == len(found[-1])
    return found


def test_processes_divide_each_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    order = EpochOrder(np.arange(10), seed=1, shuffle=True, batch=4)
    (alone,) = drawn(order, monkeypatch, 1)
    first, second = drawn(order, monkeypatch, 2)
    assert len(alone) == 8  # what is left for a third batch is dropped
    assert [*first[:2], *second[:2], *first[2:], *second[2:]] == alone


def test_the_last_batch_is_filled_up_where_none_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    order = EpochOrder(np.arange(5), seed=0, shuffle=False, batch=4)
    assert drawn(order, monkeypatch, 2) == [[0, 1, 4], [2, 3, NOTHING]]


def test_fewer_patches_than_a_batch_are_one_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    order = EpochOrder(np.arange(3), seed=0, shuffle=True, batch=4)
    assert sorted(drawn(order, monkeypatch, 1)[0]) == [0, 1, 2]


def test_what_fills_up_counts_in_nothing(make_catalogue: Callable[..., Catalogue]) -> None:
    image, mask = PatchSamples(cut(make_catalogue), seed=0)[0, NOTHING]
    assert image.shape == (3, 32, 32)
    assert (mask == OUTSIDE).all()
