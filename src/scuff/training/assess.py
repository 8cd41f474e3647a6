"""The honest numbers of a finished run, and the pictures beside them."""

from collections.abc import Sequence
from pathlib import Path

from scuff.core.picture import sha256, write_whole
from scuff.core.tile import squares
from scuff.dataset.catalogue import Catalogue, Row
from scuff.dataset.split import Side
from scuff.evaluation.figures import draw_examples
from scuff.evaluation.level_figures import froc_figure, roc_figure
from scuff.evaluation.level_files import levels_json, write_defects, write_parts
from scuff.evaluation.level_text import levels_text
from scuff.evaluation.records import assess_parts
from scuff.evaluation.scored import Progress
from scuff.evaluation.sheet import encode_png
from scuff.evaluation.tables import write_csv, write_json
from scuff.evaluation.three_levels import three_levels
from scuff.nets.checkpoint import CheckpointFacts, load_checkpoint
from scuff.nets.runtime import TorchRuntime
from scuff.training.precision import Device
from scuff.training.run import Run

METRICS, COUNTS, TABLE = "metrics.json", "counts.csv", "table.txt"
DEFECTS, PARTS, FROC, ROC = "defects.csv", "parts.csv", "froc.png", "roc.png"
"""What ``assess`` writes: ``METRICS`` last, so that it is there only if the others are."""


def figures_folder(run: Path, name: str = Side.TEST.value) -> Path:
    """Where the figures of a run lie, by its folder and the name of what was counted."""
    return run / "evaluation" / name


def assess(
    run: Run,
    catalogue: Catalogue,
    rows: Sequence[Row],
    out: Path,
    device: Device = "cpu",
    threshold: float | None = None,
    progress: Progress | None = None,
) -> str:
    """Count a run's right and wrong pixels, defects and parts, and write tables, counts and pictures.

    Args:
        run: Finished.
        catalogue: Holds the frames.
        rows: The frames; of parts that the run has not seen, or the figures are too good.
        out: Folder to write into.
        device: Where to compute.
        threshold: Instead of the run's own.
        progress: Called with 1 after each frame.

    Returns:
        The table.

    Raises:
        CatalogueError: There are no rows.
        CheckpointError: The run is not finished, or its network gives scores that are no numbers.
    """
    checkpoint = load_checkpoint(run.checkpoint)
    facts = checkpoint.facts
    limit = threshold or facts.threshold_in_force
    runtime, tiling = TorchRuntime(checkpoint.network(), device), squares(facts.tile_px)
    assessment = assess_parts(catalogue, rows, runtime, tiling, limit, facts.recipe, progress)
    figures = three_levels(assessment)
    table = levels_text(assessment, figures)
    write_csv(out / COUNTS, assessment.pixels)
    write_defects(out / DEFECTS, assessment)
    write_parts(out / PARTS, assessment)
    write_whole(out / TABLE, table + "\n")
    write_whole(out / FROC, encode_png(froc_figure(assessment, figures)))
    write_whole(out / ROC, encode_png(roc_figure(assessment, figures)))
    draw_examples(catalogue, assessment.pixels, runtime, tiling, out / "best.png", out / "worst.png")
    provenance = _provenance(facts, catalogue, sha256(run.checkpoint), limit)
    write_json(out / METRICS, assessment.pixels, provenance, levels_json(assessment, figures))
    return table


def _provenance(facts: CheckpointFacts, catalogue: Catalogue, checkpoint: str, limit: float) -> dict[str, object]:
    return {
        "catalogue_sha256": catalogue.checksum(),
        "split_sha256": facts.split_sha256,
        "checkpoint_sha256": checkpoint,
        "scuff": facts.scuff,
        "commit": facts.commit,
        "threshold_source": facts.threshold_source if limit == facts.threshold else "set by hand",
    }
