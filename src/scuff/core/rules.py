"""Tolerances as quality standards write them: what defects of which classes, in which zones, a part may have."""

from collections.abc import Iterable, Sequence
from typing import Annotated, Literal

from pydantic import Field, Strict, field_validator, model_validator

from scuff.core.polygon import polygon
from scuff.core.section import ClassName, Section

Names = Annotated[tuple[Annotated[str, Field(min_length=1)], ...], Strict(False)]

LIMITS = {
    "max_length_mm": ("length", "mm"),
    "max_length_px": ("length", "px"),
    "max_area_mm2": ("area", "mm²"),
    "max_area_px": ("area", "px"),
    "max_count": ("count", ""),
    "max_per_dm2": ("density", "per dm²"),
    "min_distance_mm": ("distance", "mm"),
    "min_distance_px": ("distance", "px"),
}
"""Each limit of a rule: what it limits, and its unit."""

OF_ONE_DEFECT = ("max_length_mm", "max_length_px", "max_area_mm2", "max_area_px")
"""Limits on each defect by itself; the others are on all that a rule is about."""

IN_MM = ("max_length_mm", "max_area_mm2", "max_per_dm2", "min_distance_mm")
"""Limits that need cameras with a scale."""


class Rule(Section):
    """What defects of some classes in some zones may be there, and what happens where they are not within that.

    With the outcome "ignore": which defects do not matter.
    """

    name: str = Field("", description="What verdicts call it; empty: its classes, zones and number.")
    classes: Annotated[tuple[ClassName, ...], Strict(False)] = Field(
        (), description="Classes that it is about; empty: all."
    )
    zones: Names = Field((), description="Names of [[zones]] that it is about; empty: everywhere.")
    outcome: Literal["fail", "review", "ignore"] = Field(
        "fail",
        description='"fail" or "review": of a part beyond a limit; "ignore": defects within the limits do not count.',
    )
    max_length_mm: float | None = Field(None, ge=0, description="Longest defect, in mm.")
    max_length_px: float | None = Field(None, ge=0, description="Longest defect, in pixels.")
    max_area_mm2: float | None = Field(None, ge=0, description="Largest defect, in mm².")
    max_area_px: float | None = Field(None, ge=0, description="Largest defect, in pixels.")
    max_count: int | None = Field(None, ge=0, description="Defects in all.")
    max_per_dm2: float | None = Field(None, ge=0, description="Defects per dm² of its zones, or of what is inspected.")
    min_distance_mm: float | None = Field(None, gt=0, description="Distance between any two defects, in mm.")
    min_distance_px: float | None = Field(None, gt=0, description="Distance between any two of a camera, in pixels.")

    @model_validator(mode="after")
    def _ignores_defects_one_by_one(self) -> "Rule":
        together = [name for name in self.limits if name not in OF_ONE_DEFECT]
        if self.outcome == "ignore" and together:
            raise ValueError(f'outcome = "ignore" is about each defect by itself; {together[0]} is not')
        if self.outcome == "ignore" and not (self.classes or self.zones or self.limits):
            raise ValueError('outcome = "ignore" without classes, zones or limits would let everything pass')
        return self

    @property
    def limits(self) -> dict[str, float]:
        """The limits that are set, by their keys; without any, no defect at all is allowed (or all are ignored)."""
        return {name: value for name in LIMITS if (value := getattr(self, name)) is not None}

    @property
    def in_mm(self) -> list[str]:
        """Those of its limits that need a scale."""
        return [name for name in self.limits if name in IN_MM]


class Zone(Section):
    """A part of the surface with tolerances of its own, as a camera sees it."""

    name: str = Field(min_length=1, description="Name, as in rules; a zone that several cameras see has one name.")
    camera: str = Field("", description='The camera that sees it there; "": any.')
    points: str = Field(description='Polygon "x,y x,y x,y …", in pixels.')

    @field_validator("points")
    @classmethod
    def _is_a_polygon(cls, points: str) -> str:
        polygon(points)
        return points


def rule_names(rules: Sequence[Rule]) -> list[str]:
    """Name the rules: each by its own name, or by what it is about and its number among all."""
    return [rule.name or f"{_about(rule)} (rule {number})" for number, rule in enumerate(rules, 1)]


def check_rules(rules: Sequence[Rule], zones: Sequence[Zone], classes: Sequence[str]) -> None:
    """Make sure that rules name zones and classes that there are.

    Raises:
        ValueError: They do not, or two rules have one name.
    """
    names = rule_names(rules)
    known = {zone.name for zone in zones}
    for name, rule in zip(names, rules, strict=True):
        if names.count(name) > 1:
            raise ValueError(f"[[rules]]: two are called {name!r}; verdicts could not tell them apart")
        if unknown := sorted(set(rule.zones) - known):
            raise ValueError(f"[[rules]], {name!r}: there is no zone {unknown[0]!r}; zones: {_listed(known)}")
        if classes and (unknown := sorted(set(rule.classes) - set(classes))):
            raise ValueError(f"[[rules]], {name!r}: there is no class {unknown[0]!r}; classes: {_listed(classes)}")


def _about(rule: Rule) -> str:
    return " ".join(filter(None, [" or ".join(rule.classes) or "any defect", _in_zones(rule.zones)]))


def _in_zones(zones: Sequence[str]) -> str:
    return f"in {' or '.join(zones)}" if zones else ""


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "none; write [[zones]] with name, camera and points"
