"""A table of a recipe, and the types of its values."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints


class Section(BaseModel):
    """A table of a recipe; unknown keys and loose types are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


def _without_separators(name: str) -> str:
    """Refuse what a catalogue's table has between the names of classes."""
    if {";", ":"} & set(name):
        raise ValueError(f"must be names of classes without ; and :, unlike {name!r}")
    return name


Share = Annotated[float, Field(ge=0, le=1)]
Label = Annotated[str, StringConstraints(strip_whitespace=True)]
ClassOrSound = Annotated[Label, AfterValidator(_without_separators)]
ClassName = Annotated[ClassOrSound, Field(min_length=1)]
