"""What this CPU computes at most."""

import time

import nncf
import numpy as np
import openvino
import torch
from torch import nn

from scuff.export.quietly import quietly

SIDE_PX, CHANNELS, LAYERS = 96, 256, 8
ROUNDS, TILES = 5, 12


def peak_tops(hint: str) -> float:
    """Tera-operations per second of a stack of 3×3 convolutions of 256 channels, the best of several rounds.

    Args:
        hint: Arithmetic: ``f32``, ``bf16`` or ``int8``.
    """
    layers = [layer for _ in range(LAYERS) for layer in (nn.Conv2d(CHANNELS, CHANNELS, 3, padding=1), nn.ReLU())]
    shape = 1, CHANNELS, SIDE_PX, SIDE_PX
    with quietly():
        model = openvino.convert_model(nn.Sequential(*layers).eval(), example_input=torch.rand(shape))
    model.reshape(shape)
    if hint == "int8":
        samples = [np.random.default_rng(seed).random(shape, np.float32) for seed in range(4)]
        with quietly():
            model = nncf.quantize(model, nncf.Dataset(samples), subset_size=len(samples))
    seconds = tile_seconds(model, "bf16" if hint == "int8" else hint, np.ones(shape, np.float32))
    return 2e-12 * LAYERS * 9 * CHANNELS**2 * SIDE_PX**2 / seconds


def tile_seconds(model: openvino.Model, hint: str, values: np.ndarray[tuple[int, ...], np.dtype[np.generic]]) -> float:
    """Seconds for one input, with as many at once as the machine has cores; the best of several rounds."""
    settings = {"INFERENCE_PRECISION_HINT": hint, "PERFORMANCE_HINT": "THROUGHPUT"}
    queue = openvino.AsyncInferQueue(openvino.Core().compile_model(model, "CPU", settings))
    best = float("inf")
    for _ in range(ROUNDS):
        began = time.perf_counter()
        for _ in range(TILES):
            queue.start_async({0: values}, share_inputs=True)
        queue.wait_all()
        best = min(best, (time.perf_counter() - began) / TILES)
    return best
