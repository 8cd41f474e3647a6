"""A verdict: what leaves the booth for one part."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field


class Outcome(StrEnum):
    """The four things that can be said of a part; one that could not be inspected never passes."""

    PASS = "pass"
    FAIL = "fail"
    REVIEW = "review"
    NOT_INSPECTED = "not-inspected"


class Verdict(BaseModel):
    """An outcome with the rule that decided it, in words."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    outcome: Outcome
    rule: str = Field(description="The rule that decided, with the value and the limit.")
