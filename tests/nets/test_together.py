"""Normalisation and losses over two processes, against one that has the whole batch."""

from pathlib import Path

import pytest
import torch
import torch.distributed as dist
from timm.layers.norm_act import BatchNormAct2d
from torch import Tensor, nn
from torch.multiprocessing.spawn import spawn

from scuff.core.mask import OUTSIDE
from scuff.nets import together
from scuff.nets.losses import WeightedLoss
from scuff.nets.together import processes, share_batch_norms, summed


def network() -> nn.Sequential:
    torch.manual_seed(0)
    layers = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Conv2d(4, 4, 1), BatchNormAct2d(4))
    layers.append(nn.Conv2d(4, 3, 1))
    share_batch_norms(layers)
    return layers


def batch() -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(1)
    truth = torch.randint(0, 3, (4, 6, 6), generator=generator, dtype=torch.uint8)
    truth[3, :, 3:] = OUTSIDE
    return torch.rand(4, 3, 8, 8, generator=generator), truth


def gradients(pixels: Tensor, truth: Tensor, pool: str) -> dict[str, Tensor]:
    layers = network().train()
    loss = WeightedLoss(0.3, 0.7, "image" if pool == "image" else "batch")(layers(pixels), truth)
    loss.backward()
    found = {name: weight.grad for name, weight in layers.named_parameters() if weight.grad is not None}
    kept = {name: buffer for name, buffer in layers.named_buffers() if "running" in name}
    return found | kept | {"loss": loss.detach()}


def work(rank: int, rendezvous: str, pool: str) -> None:
    """What one of two processes does: its half of the batch, gradients averaged as DDP does."""
    torch.set_num_threads(1)
    dist.init_process_group("gloo", init_method=f"file://{rendezvous}", rank=rank, world_size=2)
    pixels, truth = (part[2 * rank : 2 * rank + 2] for part in batch())
    found = gradients(pixels, truth, pool)
    for name, value in found.items():
        if "running" not in name and name != "loss":
            dist.all_reduce(value)
            value /= 2
    if rank == 1:
        torch.save(found, f"{rendezvous}.found")
    dist.destroy_process_group()


@pytest.mark.parametrize("pool", ["batch", "image"])
def test_two_processes_have_the_gradients_of_one(tmp_path: Path, pool: str) -> None:
    expected = gradients(*batch(), pool)
    rendezvous = str(tmp_path / "rendezvous")
    spawn(work, args=(rendezvous, pool), nprocs=2)
    found = torch.load(f"{rendezvous}.found", weights_only=True)
    assert found.keys() == expected.keys()
    for name, value in expected.items():
        torch.testing.assert_close(found[name], value, rtol=1e-4, atol=1e-6, msg=name)


def test_alone_nothing_changes() -> None:
    assert processes() == 1
    values = torch.ones(3)
    assert summed(values) is values
    torch.manual_seed(0)
    plain = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Conv2d(4, 4, 1), BatchNormAct2d(4))
    plain.append(nn.Conv2d(4, 3, 1))
    pixels, _ = batch()
    torch.testing.assert_close(network()(pixels), plain(pixels), rtol=0, atol=0)


@pytest.mark.parametrize("momentum", [0.1, None])
def test_values_far_from_0_are_normalised_as_torch_does(
    monkeypatch: pytest.MonkeyPatch, momentum: float | None
) -> None:
    # A variance from sums of squares would lose all its digits here, and might come out below 0.
    monkeypatch.setattr(together, "processes", lambda: 2)
    monkeypatch.setattr(together, "summed", lambda values: values)
    torch.manual_seed(0)
    plain, shared = (nn.Sequential(nn.BatchNorm2d(3, momentum=momentum)).train() for _ in range(2))
    share_batch_norms(shared)
    for _ in range(2):
        pixels = 100 + 1e-3 * torch.rand(4, 3, 8, 8)
        torch.testing.assert_close(shared(pixels), plain(pixels), rtol=1e-2, atol=1e-2)
    for name, buffer in plain.named_buffers():
        torch.testing.assert_close(shared.get_buffer(name), buffer, rtol=1e-4, atol=1e-6)
