from collections.abc import Callable

from scuff.core.bundle import Bundle
from scuff.reporting.card import model_card
from scuff.reporting.facts import gather
from scuff.training.run import Run


def test_the_card_tells_the_figures_of_the_evaluation(counted_run: Run, make_bundle: Callable[..., Bundle]) -> None:
    manifest = make_bundle(product="Lid").manifest
    card = model_card(gather(counted_run.folder), manifest)
    assert card.startswith("# Lid\n")
    assert "defective test part" in card
    assert "No escape rate is claimed." in card
    assert manifest.provenance.checkpoint_sha256 in card
    assert "| training |" in card


def test_a_card_of_what_was_not_counted_says_so(finished_run: Run, make_bundle: Callable[..., Bundle]) -> None:
    card = model_card(gather(finished_run.folder), make_bundle().manifest)
    assert "was not counted with these settings before it was exported" in card
    assert "defective test part" not in card
