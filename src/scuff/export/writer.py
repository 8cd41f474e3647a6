"""Write a bundle: the network in its exported form, the recipe, where it all comes from, and the proof."""

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

from scuff.core.bundle import (
    CARD,
    RECIPE,
    Agreement,
    Bundle,
    Manifest,
    Provenance,
    RuntimeName,
    Screening,
    check_place,
    seal,
)
from scuff.core.errors import BundleError
from scuff.core.recipe import Inspection
from scuff.core.recipe_file import recipe_text
from scuff.core.tile import squares
from scuff.export.checks import agreement
from scuff.export.comparison import Figures
from scuff.export.held_out import HeldOut
from scuff.export.limits import limits_of
from scuff.export.networks import Calibration, runtimes_of, write_networks
from scuff.export.parity import Progress, compare_frames
from scuff.export.report import check_disagreement_folder, remove_disagreement, write_disagreement
from scuff.export.wanted import Wanted
from scuff.inspection.opening import open_scorer
from scuff.inspection.regions import Criteria
from scuff.nets.checkpoint import Checkpoint
from scuff.nets.runtime import TorchRuntime
from scuff.nets.unet import MEAN, STD

Card = Callable[[Manifest], str]
"""Given what is known of a bundle, writes its model card."""

AddScreen = Callable[[Bundle], Screening | None]
"""Given a draft whose network has passed the gate, writes the screening network into it; gives its evidence, if any."""


def write_bundle(
    folder: Path,
    checkpoint: Checkpoint,
    checkpoint_sha256: str,
    wanted: Wanted,
    frames: HeldOut,
    metrics: Mapping[str, float],
    calibration: Calibration | None = None,
    add_screen: AddScreen | None = None,
    card: Card | None = None,
    progress: Progress | None = None,
) -> Bundle:
    """Export a checkpoint, compare both on whole frames, and write the bundle only if they agree.

    Args:
        folder: Where the bundle shall be; an older bundle there is replaced, or left as it is.
        checkpoint: What to export.
        checkpoint_sha256: Checksum of its file.
        wanted: Precision, tiles and runtimes.
        frames: What to compare on.
        metrics: Figures on unseen parts, by name; may be empty.
        calibration: What int8 needs.
        add_screen: Adds a screening network.
        card: Writes the model card.
        progress: Called with 1 after each frame that was compared.

    Raises:
        BundleError: The exported network scores unlike its checkpoint, which a report and pictures beside ``folder``
            show; or this cannot be made; or the folder holds something else.
        CheckpointError: The checkpoint gives scores that are no numbers.
    """
    check_place(folder)
    check_disagreement_folder(folder)
    unproven = _manifest(checkpoint, wanted, _provenance(checkpoint, checkpoint_sha256, metrics))
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = folder.with_name(f".{folder.name}.draft")
    shutil.rmtree(draft, ignore_errors=True)  # of an export that was killed
    draft.mkdir()
    try:
        kept_float = write_networks(draft, checkpoint, wanted, calibration)
        (draft / RECIPE).write_text(recipe_text(checkpoint.facts.recipe), encoding="utf-8")
        unproven = unproven.model_copy(update={"kept_float": kept_float})
        proven = _prove(Bundle(draft, unproven), folder, checkpoint, frames, progress)
        manifest = unproven.model_copy(update={"agreement": proven})
        if add_screen is not None:
            manifest = manifest.model_copy(update={"screening": add_screen(Bundle(draft, manifest))})
        if card is not None:
            (draft / CARD).write_text(card(manifest), encoding="utf-8")
        bundle = seal(draft, folder, manifest)
    finally:
        shutil.rmtree(draft, ignore_errors=True)  # is gone already where all went well
    remove_disagreement(folder)
    return bundle


def _prove(
    draft: Bundle, folder: Path, checkpoint: Checkpoint, frames: HeldOut, progress: Progress | None
) -> dict[RuntimeName, Agreement]:
    """Let a draft through the gate, or report on it."""
    facts, manifest = checkpoint.facts, draft.manifest
    # Whole frames: a region of interest would only leave less to compare on.
    scorers = {name: open_scorer(draft, Inspection(runtime=name, screening="off")) for name in manifest.agreement}
    criteria = Criteria.of(facts.recipe.inspection, facts.threshold_in_force, facts.classes)
    limits = limits_of(manifest.precision, manifest.strip_px is not None)
    reference = TorchRuntime(checkpoint.network())
    parities = compare_frames(reference, squares(facts.tile_px), scorers, frames, criteria, progress)
    misses = [f"on {name}, {miss}" for name, parity in parities.items() for miss in parity.misses(limits)]
    if misses:
        report = write_disagreement(folder, parities, frames.source, limits)
        raise BundleError(
            f"the exported network does not agree with its checkpoint on {frames.source}; no bundle was written. "
            f"{'; '.join(misses)}. All figures, and pictures of the worst places, are in {report}"
        )
    return {name: parity.agreement(frames.source, limits) for name, parity in parities.items()}


def _manifest(checkpoint: Checkpoint, wanted: Wanted, provenance: Provenance) -> Manifest:
    """State what a draft is, with nothing proven yet."""
    limits = limits_of(wanted.precision, wanted.strip_px is not None)
    nothing = agreement(Figures(), limits, runtime="not run yet", frames=0, source="none")
    facts = checkpoint.facts
    return Manifest(
        product=facts.recipe.product.name,
        classes=facts.classes,
        tile_px=facts.tile_px,
        strip_px=wanted.strip_px,
        halo_px=wanted.tiling(facts.tile_px).halo_px,
        threshold=facts.threshold,
        threshold_source=facts.threshold_source,
        operating_point=facts.operating_point,
        precision=wanted.precision,
        mean=MEAN,
        std=STD,
        agreement=dict.fromkeys(runtimes_of(wanted), nothing),
        provenance=provenance,
    )


def _provenance(checkpoint: Checkpoint, checkpoint_sha256: str, metrics: Mapping[str, float]) -> Provenance:
    facts = checkpoint.facts
    return Provenance(
        scuff=facts.scuff,
        commit=facts.commit,
        checkpoint_sha256=checkpoint_sha256,
        catalogue_sha256=facts.catalogue_sha256,
        split_sha256=facts.split_sha256,
        encoder=facts.recipe.network.encoder,
        weights=facts.weights,
        training_parts=facts.training_parts,
        metrics=dict(metrics),
    )
