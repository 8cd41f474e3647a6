"""What records have in common."""

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """A record that is written down: it does not change, and knows no other keys than its own."""

    model_config = ConfigDict(frozen=True, extra="forbid")
