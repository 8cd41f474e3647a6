import os

import pytest
import torch

from scuff.training.precision import Device
from scuff.training.workers import choose_workers, cores_for


@pytest.mark.parametrize(
    ("asked", "device", "cores", "expected"),
    [
        (None, "cpu", 16, 0),
        (None, "cuda", 1, 1),  # while the GPU computes, the only core has time
        (None, "cuda", 4, 3),
        (None, "cuda", 9, 8),
        (None, "cuda", 64, 8),
        (2, "cpu", 16, 2),
        (0, "cuda", 16, 0),
    ],
)
def test_a_gpu_gets_as_many_as_there_are_cores_for(
    asked: int | None, device: Device, cores: int, expected: int
) -> None:
    assert choose_workers(asked, device, cores) == expected


def test_a_training_alone_has_the_cores_that_it_was_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch, "get_num_threads", lambda: 5)
    assert cores_for(1) == 5


@pytest.mark.parametrize(("processes", "expected"), [(2, 3), (4, 1), (8, 1)])
def test_processes_that_train_together_divide_the_cores(
    monkeypatch: pytest.MonkeyPatch, processes: int, expected: int
) -> None:
    monkeypatch.setattr(torch, "get_num_threads", lambda: 1)  # so torchrun sets it
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(7)))
    assert cores_for(processes) == expected
