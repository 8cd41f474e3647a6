"""A bundle: a folder that a station can run, and that says where it comes from."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from scuff.core.errors import BundleError
from scuff.core.evidence import Evidence
from scuff.core.frozen import Frozen
from scuff.core.picture import sha256, write_whole
from scuff.core.tile import Tiling

MANIFEST = "bundle.json"
CHECKSUMS = "checksums.sha256"
NETWORK = "network.xml"
WEIGHTS = "network.bin"
RECIPE = "recipe.toml"
CARD = "model-card.md"
ONNX = "network.onnx"
PROGRAM = "network.pt2"
SCREEN = "screen.xml"

Precision = Literal["fp32", "bf16", "fp16", "int8"]
RuntimeName = Literal["openvino", "onnxruntime", "torch"]


class Agreement(Frozen):
    """How far the exported network agrees with its checkpoint on whole frames of parts it was not trained on."""

    runtime: str = Field(description="What the bundle ran on for this: library, device and arithmetic.")
    frames: int = Field(description="Number of frames compared.")
    source: str = Field(description="Which frames.")
    f1_checkpoint: float | None = Field(description="Pixel F1 of the checkpoint; null: no defective pixel on them.")
    f1_bundle: float | None = Field(description="Pixel F1 of the bundle.")
    f1_tolerance: float = Field(description="The difference of F1 that was allowed.")
    defects: int = Field(description="Defects that the checkpoint found and defects that the bundle found, together.")
    matched: int = Field(description="Those that match one of the other: half of the smaller is in the larger.")
    marginal: int = Field(description="Of the rest, those that both score within 0.05 of the threshold.")
    matched_tolerance: float = Field(description="The least share that must match, the marginal ones left out.")
    marginal_tolerance: float = Field(description="The share that may be marginal; a single one may in any case.")
    score_distance: float = Field(description="Mean difference of scores, where either is at least a tenth.")
    score_tolerance: float = Field(description="The distance that was allowed.")
    differing_pixels: float = Field(description="Share of pixels of another class, or defective for one only.")
    differing_tolerance: float | None = Field(description="The share that was allowed; null: any.")
    largest_difference: float = Field(description="Largest difference of any score.")
    largest_tolerance: float | None = Field(description="The difference that was allowed; null: any.")


class Screening(Frozen):
    """The evidence that the screening network loses no defect that the full network finds."""

    threshold: float = Field(description="Score of the screening network from which a tile is inspected.")
    threshold_source: str = Field(description="Where the threshold comes from.")
    defect_threshold: float = Field(description="Score from which a pixel was defective; no evidence for a lower one.")
    class_thresholds: dict[str, float] = Field({}, description="The same by class, where it differed.")
    min_area_px: int = Field(description="Regions with fewer pixels were no defects; no evidence for smaller ones.")

    def proves(self, label: str, threshold: float) -> bool:
        """Whether it is evidence for defects of a class from a score on."""
        return threshold >= self.class_thresholds.get(label, self.defect_threshold) - 1e-9

    defects: int = Field(description="Defects that the full network found on frames that set nothing.")
    lost: int = Field(description="Those of them of which the screening lost a pixel.")
    lost_bound: float = Field(description="Upper confidence bound of the share that is lost.")
    confidence: float = Field(description="Confidence of that bound.")
    source: str = Field(description="Which frames the defects were counted on.")
    skipped: float = Field(description="Share of the tiles that the screening spared on them.")


class Provenance(Frozen):
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


class Manifest(Frozen):
    """What a bundle holds; the file ``bundle.json``."""

    format: Literal[2] = 2
    product: str
    classes: tuple[str, ...] = Field(description="Names of the mask values 1, 2, …")
    tile_px: int = Field(description="Side of the square tile that the network was trained on.")
    strip_px: int | None = Field(None, description="Height of the strips it runs on instead; null: square tiles.")
    halo_px: int = Field(description="What a pixel has around it, at least, unless the frame ends.")
    threshold: float = Field(description="Score from which a pixel is defective.")
    threshold_source: str = Field(description="Where the threshold comes from.")
    operating_point: Evidence | None = Field(None, description="The evidence behind it, if it was calibrated on parts.")
    precision: Precision = Field("fp32", description="Arithmetic of the network.")
    kept_float: tuple[str, ...] = Field((), description="Layers that int8 would have harmed and that stay float.")
    mean: tuple[float, float, float] = Field(description="Subtracted within the network; for information.")
    std: tuple[float, float, float] = Field(description="Divided by within the network; for information.")
    agreement: dict[RuntimeName, Agreement] = Field(description="Of each runtime that the bundle holds a network for.")
    screening: Screening | None = Field(None, description="Of the screening network, if there is one.")
    provenance: Provenance

    @property
    def tiling(self) -> Tiling:
        """How a frame is divided; no other division has been proven."""
        if self.strip_px is None:
            return Tiling(self.tile_px, self.tile_px, self.halo_px)
        return Tiling(self.strip_px, None, self.halo_px)


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
    def screen(self) -> Path:
        """The OpenVINO model of the screening network; there only with ``manifest.screening``."""
        return self.folder / SCREEN

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
