import pytest
import torch
from torch import Tensor

from scuff.core.mask import OUTSIDE
from scuff.core.recipe import Augmentation
from scuff.dataset.transforms import Augment

NOTHING: dict[str, float | bool] = {
    "flip": False,
    "rotation_deg": 0.0,
    "scale": 0.0,
    "perspective": 0.0,
    "brightness": 0.0,
    "contrast": 0.0,
    "hue": 0.0,
    "blur_px": 0.0,
    "noise": 0.0,
    "geometric_share": 1.0,
    "colour_share": 1.0,
}


def settings(**changes: float | bool) -> Augmentation:
    return Augmentation.model_validate(NOTHING | changes)


def patch() -> tuple[Tensor, Tensor]:
    """A grey patch with a bright square in its upper left, which the mask marks with class 2."""
    image = torch.full((3, 64, 64), 90, dtype=torch.uint8)
    mask = torch.zeros(64, 64, dtype=torch.uint8)
    image[:, 8:24, 8:24] = 220
    mask[8:24, 8:24] = 2
    return image, mask


def test_nothing_asked_nothing_changed() -> None:
    image, mask = patch()
    varied, moved = Augment(settings())(image, mask, seed=1)
    assert torch.equal(varied, image)
    assert torch.equal(moved, mask)


def test_the_same_seed_gives_the_same_variation_and_leaves_torchs_generator_alone() -> None:
    augment = Augment(Augmentation())
    state = torch.random.get_rng_state()
    first, again, other = (augment(*patch(), seed=seed)[0] for seed in (5, 5, 6))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    assert torch.equal(torch.random.get_rng_state(), state)


@pytest.mark.parametrize("change", [{"flip": True}, {"rotation_deg": 30.0}, {"scale": 0.3}, {"perspective": 0.4}])
def test_masks_move_with_pictures(change: dict[str, float]) -> None:
    augment = Augment(settings(**change))
    moved_any = False
    for seed in range(12):
        image, mask = augment(*patch(), seed=seed)
        assert set(mask.unique().tolist()) <= {0, 2, OUTSIDE}
        moved_any |= not torch.equal(mask, patch()[1])
        marked, bright = mask == 2, image[0] > 155
        # Pictures are interpolated and masks are not, so their edges may differ by a pixel.
        assert (marked ^ bright)[mask != OUTSIDE].sum() <= 64
    assert moved_any


def test_what_comes_in_from_outside_is_marked_so() -> None:
    augment = Augment(settings(rotation_deg=45.0))
    masks = [augment(*patch(), seed=seed)[1] for seed in range(8)]
    assert any((mask == OUTSIDE).any() for mask in masks)


@pytest.mark.parametrize(
    "change", [{"brightness": 0.5}, {"contrast": 0.5}, {"blur_px": 2.0}, {"noise": 0.1}, {"hue": 0.5}]
)
def test_colours_change_on_pictures_alone(change: dict[str, float]) -> None:
    augment = Augment(settings(**change))
    image, mask = patch()
    image[2] = 40  # a hue to turn
    varied = [augment(image, mask, seed=seed) for seed in range(12)]
    assert all(torch.equal(moved, mask) for _, moved in varied)
    assert any(not torch.equal(picture, image) for picture, _ in varied)
    assert all(picture.dtype == torch.uint8 and picture.shape == image.shape for picture, _ in varied)


def test_noise_keeps_grey_pictures_grey() -> None:
    augment = Augment(settings(noise=0.2))
    for seed in range(6):
        picture, _ = augment(*patch(), seed=seed)
        assert torch.equal(picture[0], picture[2])
