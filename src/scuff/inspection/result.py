"""What is written down about an inspected picture: the JSON file per picture, and its row of the run's table.

Nothing here changes between equal runs: no time, no absolute path, no machine.
"""

from pathlib import PurePosixPath
from typing import Literal

from pydantic import Field

from scuff.core.defect import Defect
from scuff.core.frozen import Frozen
from scuff.core.plane import Calibration
from scuff.core.recipe import Frames
from scuff.core.verdict import Outcome, Verdict


class BundleReference(Frozen):
    """Which bundle inspected a picture."""

    product: str = Field(description="Product that the bundle is for.")
    id: str = Field(description="SHA-256 of the bundle's list of checksums; changes when any byte of it does.")
    classes: tuple[str, ...] = Field(description="Names of the mask values 1, 2, ….")


class Settings(Frozen):
    """The settings that an inspection depends on beside the network's."""

    threshold: float = Field(description="Score from which a pixel is defective.")
    class_thresholds: dict[str, float] = Field(description="The same by class, where it differs.")
    min_area_px: int = Field(description="Regions with fewer pixels are no defects.")
    join_gap_px: int = Field(description="Regions with at most so many sound pixels between them are one defect.")
    calibration: tuple[Calibration, ...] = Field(description="How cameras see the part, as in the recipe.")
    frames: Frames = Field(description="How pictures were read, as in the recipe.")
    region: dict[str, str] = Field(description="Polygon that is inspected, by camera; empty: whole frames.")
    runtime: str = Field(description="What was asked to run the network: `auto` or a runtime's name.")
    screening: bool = Field(description="Whether a first, cheap pass chose the tiles that the network saw.")


class Result(Frozen):
    """What was found in one picture; the file `NAME.json`. Whether its part passes is in the part's own file."""

    schema_version: Literal[3] = Field(3, description="Grows when a field changes its meaning or goes.")
    file: str = Field(
        description="The picture, relative to the folder that all inputs share; of a fused one, those of all lightings."
    )
    frame: str = Field(description="Its name in this run, unique; begins the names of its files.")
    part: str | None = Field(description="Serial number from the recipe's `part_pattern`; null: not known.")
    camera: str = Field(description="Camera from the recipe's `camera_pattern`; empty: not known.")
    sha256: str | None = Field(
        description="Checksum of the picture file, of several that of theirs; null if it cannot be opened."
    )
    width_px: int | None = Field(description="Width; null if it could not be inspected.")
    height_px: int | None = Field(description="Height; null if it could not be inspected.")
    tiles: int | None = Field(description="Tiles with any pixel of the region; null if it could not be inspected.")
    tiles_scored: int | None = Field(description="Those that the network saw; fewer than all only after a screening.")
    bundle: BundleReference = Field(description="Which bundle inspected it.")
    settings: Settings = Field(description="The settings it was inspected with.")
    error: str | None = Field(description="Why it could not be inspected; null if it was.")
    defects: tuple[Defect, ...] = Field(
        description="From top to bottom, then from left to right; the pictures number them from 1."
    )
    overlay: str | None = Field(description="The overlay JPEG beside this file; null if there is none.")
    mask: str | None = Field(description="The mask PNG beside this file; null if there is none.")

    @property
    def name(self) -> str:
        """Name of the picture file, without folders."""
        return PurePosixPath(self.file).name


class TableRow(Frozen):
    """One picture in a line; the file `results.csv`."""

    file: str = Field(description="As in the JSON file.")
    frame: str = Field(description="As in the JSON file.")
    part: str | None = Field(description="As in the JSON file; empty: not known.")
    outcome: Outcome = Field(description="Of its part: `pass`, `fail`, `review` or `not-inspected`.")
    rule: str = Field(description="The rule that decided on its part, with the value and the limit.")
    defects: int | None = Field(description="Number of defects; empty, as all below, if not inspected.")
    classes: str | None = Field(description="Number of defects by class, as `dent:1;scratch:2`.")
    highest_score: float | None = Field(description="Score of the best defect; empty without defects.")
    area_px: int | None = Field(description="Pixels of all defects.")
    longest_px: float | None = Field(description="Length of the longest defect, in pixels; empty without defects.")
    longest_mm: float | None = Field(description="The same in mm; empty without defects or scale.")
    error: str | None = Field(description="Why it could not be inspected; empty if it was.")


def table_row(result: Result, verdict: Verdict) -> TableRow:
    """Condense a result, and the verdict on its part, into its row of the table."""
    inspected, defects = result.error is None, result.defects
    labels = sorted({defect.label for defect in defects})
    counts = {label: sum(defect.label == label for defect in defects) for label in labels}
    return TableRow(
        file=result.file,
        frame=result.frame,
        part=result.part,
        outcome=verdict.outcome,
        rule=verdict.rule,
        defects=len(defects) if inspected else None,
        classes=";".join(f"{label}:{count}" for label, count in counts.items()) if inspected else None,
        highest_score=max((defect.score for defect in defects), default=None),
        area_px=sum(defect.area_px for defect in defects) if inspected else None,
        longest_px=max((defect.length_px for defect in defects), default=None),
        longest_mm=max((defect.length_mm for defect in defects if defect.length_mm is not None), default=None),
        error=result.error,
    )
