"""Augmentation with torchvision's v2 transforms: masks move with pictures, colours change on pictures alone."""

from functools import partial

import torch
from torch import Tensor
from torchvision import tv_tensors
from torchvision.transforms import InterpolationMode, v2

from scuff.core.mask import OUTSIDE
from scuff.core.recipe import Augmentation


class Augment:
    """Varies a picture and its mask; the same seed gives the same variation.

    Pixels that a rotation or a tilt brings in from outside the patch are marked as outside in the mask, so
    that they count neither in the loss nor in the metrics.
    """

    def __init__(self, settings: Augmentation) -> None:
        """Build the transforms that the settings ask for."""
        self._transform = v2.Compose([v2.Identity(), *_geometry(settings), *_colour(settings)])

    def __call__(self, image: Tensor, mask: Tensor, seed: int) -> tuple[Tensor, Tensor]:
        """Vary one patch.

        Args:
            image: 3×H×W, uint8.
            mask: H×W, uint8 class values.
            seed: Of this variation.

        Returns:
            The same shapes and types.
        """
        with torch.random.fork_rng(devices=[]):
            torch.default_generator.manual_seed(seed)  # and not CUDA's, which training itself draws from
            varied, moved = self._transform(tv_tensors.Image(image), tv_tensors.Mask(mask))
        return torch.Tensor.as_subclass(varied, Tensor), torch.Tensor.as_subclass(moved, Tensor)


def _geometry(settings: Augmentation) -> list[v2.Transform]:
    fill = {tv_tensors.Image: 0, tv_tensors.Mask: OUTSIDE}
    steps: list[v2.Transform] = []
    if settings.flip:
        steps += [v2.RandomHorizontalFlip(), v2.RandomVerticalFlip()]
    bilinear = InterpolationMode.BILINEAR
    moves: list[v2.Transform] = []
    if settings.rotation_deg or settings.scale:
        scale = (1 - settings.scale, 1 + settings.scale)
        moves.append(v2.RandomAffine(settings.rotation_deg, scale=scale, interpolation=bilinear, fill=fill))
    if settings.perspective:
        moves.append(v2.RandomPerspective(settings.perspective, p=0.5, interpolation=bilinear, fill=fill))
    if moves and settings.geometric_share:
        steps.append(v2.RandomApply(moves, p=settings.geometric_share))
    return steps


def _colour(settings: Augmentation) -> list[v2.Transform]:
    jitter = {"brightness": settings.brightness, "contrast": settings.contrast, "hue": settings.hue}
    changes: list[v2.Transform] = []
    if any(jitter.values()):
        changes.append(v2.ColorJitter(**jitter))
    if settings.blur_px:
        side = 2 * max(1, round(2 * settings.blur_px)) + 1
        changes.append(v2.RandomApply([v2.GaussianBlur(side, (0.1, max(0.1, settings.blur_px)))], p=0.3))
    if settings.noise:
        changes.append(v2.RandomApply([v2.Lambda(partial(_noise, largest=settings.noise), tv_tensors.Image)], p=0.5))
    if changes and settings.colour_share:
        return [v2.RandomApply(changes, p=settings.colour_share)]
    return []


def _noise(picture: Tensor, largest: float) -> Tensor:
    """Add Gaussian noise of a random strength, the same to each channel, as a grey camera's is."""
    sigma = 255 * largest * torch.rand(())
    noisy = picture + sigma * torch.randn(picture.shape[-2:])
    varied: Tensor = tv_tensors.Image(noisy.round_().clamp_(0, 255).to(torch.uint8))
    return varied
