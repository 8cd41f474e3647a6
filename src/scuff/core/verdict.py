"""A verdict: what leaves the booth for one part."""

from enum import StrEnum

from pydantic import Field

from scuff.core.frozen import Frozen


class Outcome(StrEnum):
    """The four things that can be said of a part; one that could not be inspected never passes."""

    PASS = "pass"
    FAIL = "fail"
    REVIEW = "review"
    NOT_INSPECTED = "not-inspected"


class Finding(Frozen):
    """One limit of one rule, and what was found there."""

    rule: str = Field(description="Name of the rule.")
    outcome: Outcome = Field(description="What becomes of the part where the limit is not kept.")
    measure: str = Field(description="What is limited: count, length, area, density or distance.")
    value: float | None = Field(description="What was found; null: nothing that could be measured.")
    limit: float = Field(description="The largest value that is allowed; of a distance, the smallest.")
    unit: str = Field(description="Unit of both; empty for a count.")
    broken: bool = Field(description="Whether the limit was not kept.")
    defects: tuple[int, ...] = Field(
        description="Numbers of the part's defects that the rule is about; where some are too large, of these alone."
    )


class Verdict(Frozen):
    """An outcome with the rule that decided it, in words, and with every limit that was looked at."""

    outcome: Outcome
    rule: str = Field(description="The rule that decided, with the value and the limit.")
    findings: tuple[Finding, ...] = Field(default=(), description="Every limit, in the order of the rules.")
    ignored: tuple[int, ...] = Field(default=(), description="Numbers of the part's defects that a rule ignores.")
