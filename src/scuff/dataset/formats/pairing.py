"""Which picture is the mask of which: beside each other, or in two folders."""

from collections import defaultdict
from pathlib import Path

from scuff.core.errors import ScuffError
from scuff.core.picture import is_picture
from scuff.dataset.formats.folder import UNREAD_SUFFIXES, files_under, may_belong, unread
from scuff.dataset.formats.region import Broken

JPEG = frozenset({".jpg", ".jpeg"})

Files = dict[Path, list[Path]]
"""Files by their path without suffix, in small letters: on some disks, and to some people, these are the same."""
Pairing = tuple[list[tuple[Path, Path | None]], list[Broken]]
"""Images with their masks, where they have one, and the files that belong to no pair."""


def pair_beside(files: list[Path], ending: str) -> Pairing:
    """Tell images and masks in the same folders apart, by name and suffix."""
    images: Files = defaultdict(list)
    masks: Files = defaultdict(list)
    for path in _pictures(files):
        stem = _key(path)
        key = _without(stem, ending)
        (images if key == stem else masks)[key].append(path)
    for key, alike in images.items():
        mask = _mask_among(alike) if key not in masks else None
        if mask is not None:
            alike.remove(mask)
            masks[key].append(mask)
    return _paired(images, masks)


def pair_parallel(files: list[Path], source: Path, folder: Path, ending: str) -> Pairing:
    """Match the images below a folder with the masks below another by their relative paths.

    Raises:
        ScuffError: There are no masks, or the images lie among them.
    """
    if source.resolve().is_relative_to(folder.resolve()):
        raise ScuffError(f"{source}: lies within the folder of the masks, {folder}; they must be two folders")
    files_there, broken = files_under(folder)
    masks_there = _pictures(files_there)
    if not masks_there:
        raise ScuffError(f"{folder}: holds no mask pictures; give the folder of the masks with --masks")
    images: Files = defaultdict(list)
    masks: Files = defaultdict(list)
    for path in _pictures(files):
        if path.resolve().is_relative_to(folder.resolve()):
            continue
        images[_key(path.relative_to(source))].append(path)
    for path in masks_there:
        key = _key(path.relative_to(folder))
        masks[key if key in images else _without(key, ending)].append(path)
    pairs, unpaired = _paired(images, masks)
    return pairs, [*broken, *unpaired]


def _paired(images: Files, masks: Files) -> Pairing:
    pairs: list[tuple[Path, Path | None]] = []
    broken = []
    orphans = _orphans(images, masks)
    for key in sorted({*images, *masks}, key=Path.as_posix):
        image, mask = images.get(key, []), masks.get(key, [])
        unread_ones = [path for path in image + mask if not is_picture(path)]
        if unread_ones:
            # Without its mask a picture would look sound, and without its picture a mask would look like one.
            reason = f"{unread_ones[0].name}: {unread(unread_ones[0].suffix)}"
            broken += [Broken(path, reason) for path in image + mask]
        elif len(image) == 1 and not mask and (near := _near(image[0], orphans[key.parent])):
            # It must not pass for sound.
            reason = f"{near.name} may be its mask; name them alike, or say with --mask-ending how their names differ"
            broken.append(Broken(image[0], reason))
        elif len(image) == 1 and len(mask) <= 1:
            pairs.append((image[0], mask[0] if mask else None))
        elif not image:
            broken += [Broken(path, "a mask without an image") for path in mask]
        else:
            names = ", ".join(path.name for path in image + mask)
            reason = f"cannot tell which is the image and which its mask: {names}; keep one of each"
            broken += [Broken(path, reason) for path in image + mask]
    return pairs, broken


def _orphans(images: Files, masks: Files) -> Files:
    """The masks without an image, by their folder."""
    orphans: Files = defaultdict(list)
    for key, alike in masks.items():
        if not images.get(key):
            orphans[key.parent] += alike
    return orphans


def _near(image: Path, orphans: list[Path]) -> Path | None:
    """Find a mask that may be that of an image."""
    return next((mask for mask in orphans if may_belong(mask.stem, image.stem)), None)


def _pictures(files: list[Path]) -> list[Path]:
    return [path for path in files if is_picture(path) or path.suffix.lower() in UNREAD_SUFFIXES]


def _mask_among(files: list[Path]) -> Path | None:
    """The mask of two pictures with one stem: the only PNG, or the only one that is no JPEG."""
    if len(files) != 2:
        return None
    png = [path for path in files if path.suffix.lower() == ".png"]
    lossless = [path for path in files if path.suffix.lower() not in JPEG]
    return next((only[0] for only in (png, lossless) if len(only) == 1), None)


def _key(path: Path) -> Path:
    return Path(path.with_suffix("").as_posix().casefold())


def _without(key: Path, ending: str) -> Path:
    return key.with_name(key.name.removesuffix(ending.casefold()) or key.name)
