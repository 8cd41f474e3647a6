"""What a recipe says of defects and of parts, made ready for many frames."""

from collections.abc import Sequence

from scuff.core.plane import Plane, Planes
from scuff.core.recipe import Recipe
from scuff.inspection.regions import Criteria
from scuff.inspection.tolerance import Judge


class Terms:
    """What a defect is, and what a part may have."""

    def __init__(self, recipe: Recipe, classes: Sequence[str]) -> None:
        """Take a recipe, and the names of the class values 1, 2, ….

        Raises:
            RecipeError: As ``Judge``.
        """
        self.classes = tuple(classes)
        self.lengths_matter = any("length" in limit for rule in recipe.rules for limit in rule.limits)
        """Whether a verdict depends on how long defects are; measuring that takes most of the time of a search."""
        self.judge = Judge(recipe, classes)
        self._settings = recipe.inspection
        self._planes = Planes(recipe.calibration, recipe.frames.pixel_mm)

    def found(self, threshold: float) -> Criteria:
        """What makes a defect for an inspection, at a threshold whatever the recipe's own is."""
        settings = self._settings.model_copy(update={"threshold": threshold})
        return Criteria.of(settings, threshold, self.classes)

    @property
    def annotated(self) -> Criteria:
        """What makes an annotated defect: however small it is, but in pieces where a found one may be."""
        return Criteria(0.5, self.classes, join_gap_px=self._settings.join_gap_px)

    def plane(self, camera: str) -> Plane | None:
        """The way from a camera's pixels to mm; ``None``: not known."""
        return self._planes.of(camera)
