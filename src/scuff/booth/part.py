"""A part as the booth sees it: shape, finish, and what is on it."""

from dataclasses import dataclass

from scuff.booth.finish import Finish
from scuff.booth.shape import Shape
from scuff.booth.surface import Mark


@dataclass(frozen=True, slots=True)
class Part:
    """A simulated part.

    Attributes:
        serial: Its serial number.
        shape: Its shape.
        finish: Its finish.
        marks: What is on it, in the order in which it came there; the place of a flaw among the flaws, from 1, is its
            id.
    """

    serial: str
    shape: Shape
    finish: Finish
    marks: tuple[Mark, ...] = ()
