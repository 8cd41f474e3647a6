"""The operating point of a finished run, chosen on whole parts and kept in its checkpoint."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from scuff.core.errors import CatalogueError, RecipeError
from scuff.core.evidence import Evidence
from scuff.core.picture import sha256, write_whole
from scuff.core.tile import squares
from scuff.dataset.catalogue import Catalogue, Row
from scuff.dataset.split import Side
from scuff.evaluation.choosing import Trial
from scuff.evaluation.decision import Decision, Source
from scuff.evaluation.decision_figure import draw_decision
from scuff.evaluation.decision_text import source_text
from scuff.evaluation.parts import sweep_parts
from scuff.evaluation.scored import Progress
from scuff.nets.checkpoint import Checkpoint, save_checkpoint
from scuff.nets.runtime import TorchRuntime
from scuff.training.finish import frames_of
from scuff.training.precision import Device
from scuff.training.run import Run
from scuff.training.unseen import unseen_frames

POINT, PICTURE = "operating-point.json", "operating-point.png"
"""What ``calibrate`` writes into the run: ``POINT`` last, with the checksum of the checkpoint that it belongs to."""

Choose = Callable[[Trial], Decision]


@dataclass(frozen=True)
class CalibrationParts:
    """Whole parts to choose a threshold on."""

    catalogue: Catalogue
    rows: Sequence[Row]
    source: Source


def validation_parts(run: Run) -> CalibrationParts:
    """Take the validation parts of a run, which have chosen its epoch already."""
    catalogue, rows = frames_of(run, Side.VALIDATION)
    words = "the run's validation parts, which also chose its epoch"
    return CalibrationParts(catalogue, rows, Source(words, catalogue.checksum(), strict=False))


def parts_of(run: Run, folder: Path) -> CalibrationParts:
    """Take all parts of a catalogue that a run knows nothing of.

    Raises:
        CatalogueError: The run knows one of its pictures or parts, or nobody said which part a picture shows.
    """
    so_that = "a claim made on them would not hold for other parts. Calibrate on parts that nothing else has seen"
    unseen = unseen_frames(run, folder, tuple(Side), so_that)
    catalogue = unseen.catalogue
    if unseen.namesakes:
        raise CatalogueError(
            f"{folder}: {len(unseen.namesakes)} of its parts have the name of a part of {run.folder} (the first is "
            f"{unseen.namesakes[0]}); {so_that}, or import them with names of their own"
        )
    if not all(row.part for row in catalogue.rows):
        raise CatalogueError(
            f"{folder}: nobody said which part each picture shows, and parts are what is counted; import again with "
            "frames.part_pattern or --parts FILE.csv, or with --each-image-is-a-part where that is so"
        )
    words = f"the parts of the catalogue {folder.resolve().name}, of which the run has seen none"
    return CalibrationParts(catalogue, catalogue.rows, Source(words, catalogue.checksum(), strict=True))


def calibrate(
    run: Run,
    checkpoint: Checkpoint,
    parts: CalibrationParts,
    choose: Choose,
    device: Device = "cpu",
    progress: Progress | None = None,
) -> tuple[Decision, Evidence]:
    """Choose the threshold of a run, and write it with its evidence into the run's checkpoint.

    A threshold that the recipe in the checkpoint sets gives way to it: it would be in force over the chosen one.

    Args:
        run: Finished.
        checkpoint: Its own, as loaded.
        parts: What to choose on.
        choose: Chooses.
        device: Where to compute.
        progress: Called with 1 after each frame.

    Returns:
        The decision, and the evidence as it is kept.

    Raises:
        RecipeError: The recipe has a region of interest, for which whole frames are no evidence.
        EvidenceError: The parts cannot carry what is asked; nothing is written.
    """
    facts = checkpoint.facts
    if facts.recipe.inspection.region:
        raise RecipeError(
            f"{run.folder}: its recipe has a region of interest (inspection.region), but verdicts are counted on whole "
            "frames; leave the region out, or mask the frames before they are imported"
        )
    runtime, tiling = TorchRuntime(checkpoint.network(), device), squares(facts.tile_px)
    sweep = sweep_parts(parts.catalogue, parts.rows, runtime, tiling, facts.recipe, progress)
    decision = choose(Trial.of(sweep))
    evidence = decision.evidence(parts.source, facts.recipe)
    picture = draw_decision(decision)
    inspection = facts.recipe.inspection.model_copy(update={"threshold": None})
    chosen = {
        "recipe": facts.recipe.model_copy(update={"inspection": inspection}),
        "threshold": decision.threshold,
        "threshold_source": source_text(evidence),
        "operating_point": evidence,
    }
    save_checkpoint(run.checkpoint, replace(checkpoint, facts=facts.model_copy(update=chosen)))
    write_whole(run.folder / PICTURE, picture)
    content = {
        "checkpoint_sha256": sha256(run.checkpoint),
        "operating_point": evidence.model_dump(mode="json"),
        "threshold_before": facts.threshold_in_force,
        "thresholds": decision.curve(),
    }
    write_whole(run.folder / POINT, json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n")
    return decision, evidence
