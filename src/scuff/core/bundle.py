"""A bundle: a folder that a station can run, and that says where it comes from."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from scuff.core.errors import BundleError
from scuff.core.picture import sha256, write_whole

MANIFEST = "bundle.json"
CHECKSUMS = "checksums.sha256"
NETWORK = "network.xml"
WEIGHTS = "network.bin"
RECIPE = "recipe.toml"


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Agreement(_Strict):
    """How far the exported network's scores are from the checkpoint's, on real patches."""

    patches: int = Field(description="Number of patches compared.")
    source: str = Field(description="Which patches.")
    largest_difference: float = Field(description="Largest difference of any score.")
    tolerance: float = Field(description="The difference that was allowed.")


class Provenance(_Strict):
    """Where a bundle comes from."""

    scuff: str = Field(description="Version of scuff.")
    commit: str = Field(description="Commit of the training code; empty outside a checkout.")
    checkpoint_sha256: str
    catalogue_sha256: str
    split_sha256: str
    encoder: str
    weights: str = Field(description="What the encoder started from.")
    training_parts: int
    metrics: dict[str, float] = Field(description="Figures on unseen parts; empty without an evaluation.")


class Manifest(_Strict):
    """What a bundle holds; the file ``bundle.json``."""

    format: Literal[1] = 1
    product: str
    classes: tuple[str, ...] = Field(description="Names of the mask values 1, 2, …")
    tile_px: int = Field(description="Side of the square tile that the network was trained on.")
    overlap: float = Field(description="Share of a tile that its neighbour covers again.")
    threshold: float = Field(description="Score from which a pixel is defective.")
    threshold_source: str = Field(description="Where the threshold comes from.")
    precision: Literal["fp32"] = "fp32"
    mean: tuple[float, float, float] = Field(description="Subtracted within the network; for information.")
    std: tuple[float, float, float] = Field(description="Divided by within the network; for information.")
    agreement: Agreement
    provenance: Provenance


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle on disk whose files have been verified."""

    folder: Path
    manifest: Manifest

    @property
    def network(self) -> Path:
        """The OpenVINO model."""
        return self.folder / NETWORK

    @property
    def recipe(self) -> Path:
        """The recipe that its settings come from."""
        return self.folder / RECIPE


def open_bundle(folder: Path) -> Bundle:
    """Open a bundle and verify every byte of it.

    Raises:
        BundleError: It is not a bundle, a file is missing or altered, or its format is unknown.
    """
    if not (folder / CHECKSUMS).is_file():
        raise BundleError(f"{folder}: not a bundle (it has no {CHECKSUMS}); `scuff export` writes one")
    listed = dict(_read_checksums(folder / CHECKSUMS))
    missing = {MANIFEST, NETWORK, WEIGHTS, RECIPE} - listed.keys()
    if missing:
        names = ", ".join(sorted(missing))
        raise BundleError(f"{folder / CHECKSUMS}: does not list {names}; export the bundle again")
    for name, expected in listed.items():
        path = folder / name
        if not path.is_file():
            raise BundleError(f"{path}: this file of the bundle is missing; copy or export it again")
        if sha256(path) != expected:
            raise BundleError(f"{path}: altered since it was exported (its checksum differs); export it again")
    try:
        manifest = Manifest.model_validate_json((folder / MANIFEST).read_bytes())
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise BundleError(f"{folder / MANIFEST}: {key}: {first['msg']}; export it with this scuff") from error
    return Bundle(folder, manifest)


def check_place(folder: Path) -> None:
    """Make sure that a bundle may be written to a folder: it is new, empty, or holds a bundle and nothing else.

    Raises:
        BundleError: It is a file, or holds something that replacing it would destroy.
    """
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return
    if not folder.is_dir():
        raise BundleError(f"{folder}: is a file; name a new or an empty folder")
    checksums = folder / CHECKSUMS
    names = {name for name, _ in _read_checksums(checksums)} | {CHECKSUMS} if checksums.is_file() else set()
    foreign = sorted(path.name for path in folder.iterdir() if path.name not in names)
    if foreign:
        raise BundleError(
            f"{folder}: holds something that is not part of a bundle ({foreign[0]}); name a new or an empty folder"
        )


def seal(draft: Path, folder: Path, manifest: Manifest) -> Bundle:
    """Turn a draft folder (network and recipe) into a bundle; a new one appears whole or not at all.

    An older bundle is moved aside, to ``.NAME.old``, for the moment between two renames; where that moment was cut
    short, the next call brings it back before it does its own work.

    Args:
        draft: Holds every file but the manifest; beside ``folder``, on the same disk. It is moved.
        folder: Where the bundle shall be; an older one there is replaced.
        manifest: What the bundle holds.

    Raises:
        BundleError: As ``check_place``.
    """
    old = folder.with_name(f".{folder.name}.old")
    if old.exists() and not folder.exists():
        old.replace(folder)
    check_place(folder)
    write_whole(draft / MANIFEST, manifest.model_dump_json(indent=2) + "\n")
    names = sorted(path.name for path in draft.iterdir())
    write_whole(draft / CHECKSUMS, "".join(f"{sha256(draft / name)}  {name}\n" for name in names))
    if folder.exists():
        shutil.rmtree(old, ignore_errors=True)
        folder.replace(old)
        draft.replace(folder)
        shutil.rmtree(old)
    else:
        draft.replace(folder)
    return Bundle(folder, manifest)


def _read_checksums(path: Path) -> list[tuple[str, str]]:
    rows = []
    for line in path.read_bytes().decode(errors="replace").removesuffix("\n").split("\n"):
        digest, separator, name = line.partition("  ")
        if not separator or Path(name).name != name:
            raise BundleError(f"{path}: cannot be read at {line!r}; export the bundle again")
        rows.append((name, digest))
    return rows
