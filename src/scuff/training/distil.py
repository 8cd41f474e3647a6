"""A full network teaches a small one where to look."""

import math
import time
from collections.abc import Callable, Sequence
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

import scuff
from scuff.core.errors import CheckpointError
from scuff.core.picture import sha256
from scuff.dataset.patches import Patches
from scuff.dataset.split import Side
from scuff.nets.checkpoint import load_checkpoint
from scuff.nets.screen import ScreenNetwork
from scuff.nets.screen_file import SCREEN_FILE, ScreenFacts, TaughtScreen, save_screen
from scuff.training.finish import frames_of
from scuff.training.lessons import Lesson, Teacher, windows
from scuff.training.precision import Device, choose_precision, keep_large_blocks
from scuff.training.run import Run

ASKING = 0.4
"""Share of the time in which the teacher is asked; the rest is for learning."""

MOST_PX = 3 * 10**8
"""Pixels of all lessons together, which are kept in memory: about 1 GB."""

BATCH_PX, LARGEST_BATCH = 2_400_000, 64
"""Pixels of a batch, 16 windows of 384×384; and windows of a batch, however small they are."""

FEWEST = 16
"""Lessons that are asked for however little time there is."""

LEARNING_RATE, WEIGHT_DECAY = 3e-3, 1e-3
SLOWEST = 0.01
"""What the learning rate is multiplied with at the end of its cosine."""

MISSED = 20.0
"""A defect's cell that is missed costs this many times as much as a sound one that is called."""

BRIGHTER = 0.25
"""Largest change of brightness and of contrast, as a share."""

Say = Callable[[float], object]
"""Told which share of the work is done, in [0, 1]."""


def distil(
    run: Run, patches: Patches, minutes: float, device: Device = "cpu", say: Say = lambda _: None
) -> TaughtScreen:
    """Teach a screening network, and write it into the run's folder.

    The same run gives the same lessons in the same order; how many there are depends on how fast the machine is.

    Args:
        run: Finished; its checkpoint is the teacher.
        patches: That it was trained on.
        minutes: How long it may take.
        device: Where to compute.
        say: Told how far it is.

    Raises:
        CheckpointError: The run has no checkpoint, or one that gives no numbers.
        CatalogueError: The catalogue or the split has changed since.
        SplitError: There is nothing to learn from.
    """
    checkpoint = load_checkpoint(run.checkpoint)
    clock, seed = _Clock(minutes, say), run.record.recipe.seed
    keep_large_blocks()
    lessons = gather(run, patches, Teacher(checkpoint, device), np.random.default_rng(seed), clock)
    torch.manual_seed(seed)
    network = ScreenNetwork().to(device)
    steps = teach(network, lessons, np.random.default_rng((seed, 1)), lambda: clock.share(ASKING, 1.0))
    facts = ScreenFacts(
        checkpoint_sha256=sha256(run.checkpoint),
        threshold=checkpoint.facts.threshold_in_force,
        min_area_px=checkpoint.facts.recipe.inspection.min_area_px,
        lessons=len(lessons),
        steps=steps,
        minutes=minutes,
        seed=seed,
        scuff=scuff.__version__,
    )
    screen = TaughtScreen(facts, {name: weight.cpu() for name, weight in network.state_dict().items()})
    save_screen(run.folder / SCREEN_FILE, screen)
    return screen


class _Clock:
    """Says how much of the time is gone."""

    def __init__(self, minutes: float, say: Say) -> None:
        self._began, self._seconds, self._say = time.monotonic(), 60 * minutes, say

    def share(self, first: float, last: float) -> float:
        """How much of a part of the time is gone, in [0, 1]; the part begins and ends at shares of the whole."""
        passed = min(1.0, (time.monotonic() - self._began) / self._seconds)
        self._say(passed)
        return min(1.0, max(0.0, (passed - first) / (last - first)))


def gather(run: Run, patches: Patches, teacher: Teacher, generator: np.random.Generator, clock: _Clock) -> list[Lesson]:
    """Ask the teacher, until the time for it or the memory is used up."""
    patches.some(Side.TRAINING)
    catalogue, rows = frames_of(run, Side.TRAINING)
    lessons: list[Lesson] = []
    area_px = patches.record.size_px**2
    for window in windows(patches, catalogue, rows, generator):
        lessons.append(teacher.lesson(window))
        late = clock.share(0.0, ASKING) >= 1
        if len(lessons) >= FEWEST and (late or len(lessons) * area_px >= MOST_PX):
            return lessons
    return lessons


def teach(
    network: ScreenNetwork, lessons: Sequence[Lesson], generator: np.random.Generator, gone: Callable[[], float]
) -> int:
    """Teach a network until the time is gone.

    Args:
        network: Is changed.
        lessons: All of one size.
        generator: Orders and varies them.
        gone: Says how much of the time is gone, in [0, 1].

    Returns:
        Number of steps.

    Raises:
        CheckpointError: The loss is no number any more.
    """
    device = next(network.parameters()).device
    optimiser = torch.optim.AdamW(network.parameters(), LEARNING_RATE, weight_decay=WEIGHT_DECAY, fused=True)
    bf16 = choose_precision("auto", "cuda" if device.type == "cuda" else "cpu") == "bf16"
    size = min(LARGEST_BATCH, max(1, BATCH_PX // (lessons[0].pixels.shape[0] * lessons[0].pixels.shape[1])))
    network.train()
    steps = 0
    while (passed := gone()) < 1:
        for group in optimiser.param_groups:
            group["lr"] = LEARNING_RATE * max(SLOWEST, 0.5 * (1 + math.cos(math.pi * passed)))
        pixels, wanted = (part.to(device) for part in _batch(lessons, size, generator))
        with torch.autocast(device.type, torch.bfloat16, enabled=bf16):
            logits = network(pixels)
        loss = screening_loss(logits.float(), wanted)
        if not torch.isfinite(loss):
            raise CheckpointError("the loss of the screening network became no number; report this with its seed")
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        steps += 1
    network.eval()
    return steps


def screening_loss(logits: Tensor, wanted: Tensor) -> Tensor:
    """Mean cross-entropy over cells, in which a missed defect costs ``MISSED`` times as much as a false call.

    Args:
        logits: B×h×w.
        wanted: B×h×w, in [0, 1].
    """
    return nn.functional.binary_cross_entropy_with_logits(logits, wanted, pos_weight=logits.new_tensor(MISSED))


def _batch(lessons: Sequence[Lesson], size: int, generator: np.random.Generator) -> tuple[Tensor, Tensor]:
    """Draw lessons and vary them: pixels B×S×S×3, and what is wanted, B×s×s."""
    varied = [_varied(lessons[number], generator) for number in generator.integers(len(lessons), size=size)]
    pixels, wanted = (np.stack(parts) for parts in zip(*varied, strict=True))
    return torch.from_numpy(pixels), torch.from_numpy(wanted)


def _varied(lesson: Lesson, generator: np.random.Generator) -> tuple[NDArray[Any], NDArray[Any]]:
    """Mirror a lesson, and change its brightness and contrast."""
    axes = tuple(axis for axis in (0, 1) if generator.random() < 0.5)
    pixels, wanted = np.flip(lesson.pixels, axes), np.flip(lesson.wanted, axes)
    brightness, contrast = generator.uniform(1 - BRIGHTER, 1 + BRIGHTER, 2)
    table = np.clip((np.arange(256) - 128) * contrast + 128 * brightness, 0, 255).astype(np.uint8)
    return cv2.LUT(np.ascontiguousarray(pixels), table), wanted
