"""The card of a model: what a bundle is for, how well it does, and where that ends; a Markdown file within it."""

from scuff.core.bundle import Manifest
from scuff.core.templates import templates
from scuff.reporting import words
from scuff.reporting.facts import RunFacts


def model_card(facts: RunFacts, manifest: Manifest) -> str:
    """Write the card of a bundle, from the same facts as the report of its run.

    Args:
        facts: What is known of the run.
        manifest: What is known of the bundle.
    """
    card = words.with_words(templates("scuff.reporting", markup=False)).get_template("card.md.j2")
    return card.render(
        manifest=manifest,
        checkpoint=facts.checkpoint,
        figures=facts.figures,
        sides=facts.sides,
        in_short=words.in_short(facts.figures) if facts.figures else [],
        plural=words.plural,
    )
