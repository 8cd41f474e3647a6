"""The honest numbers of a finished run, and the pictures beside them."""

from collections.abc import Sequence
from pathlib import Path

from scuff.core.picture import sha256, write_whole
from scuff.core.tile import squares
from scuff.dataset.catalogue import Catalogue, Row
from scuff.dataset.split import Side
from scuff.evaluation.figures import draw_examples
from scuff.evaluation.frames import Evaluation, evaluate_frames
from scuff.evaluation.scored import Progress
from scuff.evaluation.tables import text_table, write_csv, write_json
from scuff.nets.checkpoint import CheckpointFacts, load_checkpoint
from scuff.nets.runtime import TorchRuntime
from scuff.training.precision import Device
from scuff.training.run import Run

METRICS, COUNTS, TABLE = "metrics.json", "counts.csv", "table.txt"
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
) -> Evaluation:
    """Count a run's right and wrong pixels on whole frames, and write a table, counts and pictures.

    Args:
        run: Finished.
        catalogue: Holds the frames.
        rows: The frames; of parts that the run has not seen, or the figures are too good.
        out: Folder to write into.
        device: Where to compute.
        threshold: Instead of the run's own.
        progress: Called with 1 after each frame.

    Raises:
        CatalogueError: There are no rows.
        CheckpointError: The run is not finished, or its network gives scores that are no numbers.
    """
    checkpoint = load_checkpoint(run.checkpoint)
    facts = checkpoint.facts
    limit = threshold or facts.threshold_in_force
    runtime, tiling = TorchRuntime(checkpoint.network(), device), squares(facts.tile_px)
    evaluation = evaluate_frames(catalogue, rows, runtime, tiling, limit, progress)
    write_csv(out / COUNTS, evaluation)
    write_whole(out / TABLE, text_table(evaluation) + "\n")
    draw_examples(catalogue, evaluation, runtime, tiling, out / "best.png", out / "worst.png")
    write_json(out / METRICS, evaluation, _provenance(facts, catalogue, sha256(run.checkpoint), limit))
    return evaluation


def _provenance(facts: CheckpointFacts, catalogue: Catalogue, checkpoint: str, limit: float) -> dict[str, object]:
    return {
        "catalogue_sha256": catalogue.checksum(),
        "split_sha256": facts.split_sha256,
        "checkpoint_sha256": checkpoint,
        "scuff": facts.scuff,
        "commit": facts.commit,
        "threshold_source": facts.threshold_source if limit == facts.threshold else "set by hand",
    }
