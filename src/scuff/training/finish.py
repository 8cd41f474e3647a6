"""The end of a training: the threshold is chosen on whole validation frames, and the checkpoint written."""

from collections.abc import Sequence
from pathlib import Path

import torch

from scuff.core.errors import CatalogueError
from scuff.core.tile import squares
from scuff.dataset.catalogue import Catalogue, Row, load_catalogue
from scuff.dataset.split import Side, load_division
from scuff.evaluation.frames import score_histogram
from scuff.evaluation.operating_point import threshold_or_half
from scuff.evaluation.scored import Progress
from scuff.nets.checkpoint import Checkpoint, CheckpointFacts, save_checkpoint
from scuff.nets.runtime import TorchRuntime
from scuff.nets.unet import bare_unet
from scuff.training.run import Run


def frames_of(run: Run, side: Side) -> tuple[Catalogue, list[Row]]:
    """Give the frames on a side of the split that a run was begun with.

    Raises:
        CatalogueError: The catalogue or the split has changed since the patches were cut, so that nobody knows any
            more which parts the run has not seen.
    """
    catalogue, division, record = load_catalogue(run.catalogue), load_division(run.split), run.record.patch_record
    for what, now, then in (
        (run.catalogue, catalogue.checksum(), record.catalogue_sha256),
        (run.split, division.checksum(), record.split_sha256),
    ):
        if now != then:
            raise CatalogueError(
                f"{what}: has changed since {run.folder} was begun, so its unseen parts are not known any more; "
                "restore it, or cut patches and train again"
            )
    return catalogue, division.rows(catalogue, side)


def finish(
    run: Run,
    best: Path,
    catalogue: Catalogue,
    rows: Sequence[Row],
    device: str = "cpu",
    progress: Progress | None = None,
) -> Checkpoint:
    """Choose the threshold and write the checkpoint.

    Args:
        run: The run that was fitted.
        best: The Lightning checkpoint of the best epoch.
        catalogue: Where the frames are.
        rows: The validation frames.
        device: ``cpu`` or ``cuda``.
        progress: Called with 1 after each frame.
    """
    recipe, record = run.record.recipe, run.record.patch_record
    content = torch.load(best, map_location="cpu", weights_only=True)
    state = {
        key.removeprefix("network."): value
        for key, value in content["state_dict"].items()
        if key.startswith("network.")
    }
    network = bare_unet(recipe.network, len(record.classes))
    network.load_state_dict(state)
    histogram = score_histogram(catalogue, rows, TorchRuntime(network, device), squares(record.size_px), progress)
    threshold, source = threshold_or_half(histogram, "validation frames")
    facts = CheckpointFacts(
        recipe=recipe,
        classes=record.classes,
        threshold=threshold,
        threshold_source=source,
        weights=recipe.network.weights,
        scuff=run.record.scuff,
        commit=run.record.commit,
        catalogue_sha256=record.catalogue_sha256,
        split_sha256=record.split_sha256,
        training_parts=len(load_division(run.split).parts(Side.TRAINING)),
        best_epoch=int(content["epoch"]) + 1,
    )
    checkpoint = Checkpoint(facts, state)
    save_checkpoint(run.checkpoint, checkpoint)
    return checkpoint
