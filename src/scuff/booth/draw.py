"""Draw whole parts: their finish, their flaws, and the soil on them."""

from collections.abc import Callable, Mapping

import numpy as np

from scuff.booth.finish import Finish, Kind, draw_finish
from scuff.booth.form import Form, form_of
from scuff.booth.height import rounded_box
from scuff.booth.marks.dent import draw_dent
from scuff.booth.marks.dust import draw_dust
from scuff.booth.marks.film import draw_film
from scuff.booth.marks.fingerprint import draw_fingerprint
from scuff.booth.marks.grinding import draw_grinding_mark
from scuff.booth.marks.lint import draw_lint
from scuff.booth.marks.pit import draw_pit
from scuff.booth.marks.scratch import draw_scratch
from scuff.booth.marks.seam import draw_weld_seam
from scuff.booth.marks.stain import draw_stain
from scuff.booth.marks.texture import draw_texture_change
from scuff.booth.marks.water import draw_water_spot
from scuff.booth.part import Part
from scuff.booth.shape import Shape, Sheet
from scuff.booth.surface import Mark
from scuff.core.errors import BoothError

Place = tuple[float, float]
Draw = Callable[[np.random.Generator, Place], Mark]

FLAWS: Mapping[str, tuple[float, Draw]] = {
    "scratch": (0.36, draw_scratch),
    "dent": (0.24, draw_dent),
    "bump": (0.12, lambda random, xy_mm: draw_dent(random, xy_mm, raised=True)),
    "pit": (0.10, draw_pit),
    "grinding-mark": (0.08, draw_grinding_mark),
    "stain": (0.10, draw_stain),
}
"""How often each class of flaw comes, and who draws it."""

SOIL: Mapping[str, tuple[float, Draw]] = {
    "water-spot": (0.34, draw_water_spot),
    "lint": (0.22, draw_lint),
    "dust": (0.22, draw_dust),
    "fingerprint": (0.11, draw_fingerprint),
    "film-residue": (0.11, draw_film),
}
"""How often each kind of soil comes, and who draws it."""

SEAMS = 0.2
"""Share of sheets with a weld seam."""

TEXTURE_CHANGES = 0.3
"""Share of parts with an area whose finish is another."""

EDGE_MM = 4.0
"""No mark has its middle nearer to the edge of the metal, where it is bent down."""


def draw_part(
    seed: int,
    number: int,
    shape: Shape,
    finish_kind: Kind,
    sound_share: float = 0.3,
    flaws: tuple[int, int] = (1, 6),
    soil: tuple[int, int] = (4, 16),
) -> Part:
    """Draw a part; the same for the same seed and number, whatever else is drawn.

    Its finish, its flaws and its soil are drawn apart from each other: more soil does not change the flaws. The
    ranges of sizes stand beside the classes of the marks, and those of the finish in ``draw_finish``.

    Args:
        seed: Of the series of parts, 0 or above.
        number: Of the part in the series, 0 or above.
        shape: Its shape.
        finish_kind: What kind of finish it has.
        sound_share: Share of parts without any flaw, in [0, 1].
        flaws: Fewest and most flaws of a part that is not sound.
        soil: Fewest and most water spots, fibres and the like.

    Raises:
        BoothError: A number is out of its range.
    """
    _check(seed, number, sound_share, flaws, soil)
    of_finish, of_make, of_flaws, of_soil = map(np.random.default_rng, np.random.SeedSequence((seed, number)).spawn(4))
    finish, form = draw_finish(of_finish, finish_kind), form_of(shape)
    marks = _made(of_make, shape, finish, form)
    if of_flaws.random() >= sound_share:
        marks += _some(of_flaws, FLAWS, flaws, form)
    marks += _some(of_soil, SOIL, soil, form)
    return Part(f"P{number:04d}", shape, finish, tuple(marks))


def on_metal(x_mm: float, y_mm: float, form: Form) -> bool:
    """Whether a place in plan is metal, and not too near to its edge or to that of the drain's hole."""
    middle_x, middle_y, half_x, half_y, corner = form.outline
    if rounded_box(x_mm - middle_x, y_mm - middle_y, half_x, half_y, corner)[0] > -EDGE_MM:
        return False
    drain_x, drain_y, *_, hole, _ = form.drain
    return form.profile_mm <= 0 or float(np.hypot(x_mm - drain_x, y_mm - drain_y)) > hole + EDGE_MM


def _check(seed: int, number: int, sound_share: float, flaws: tuple[int, int], soil: tuple[int, int]) -> None:
    for name, value in (("seed", seed), ("number", number)):
        if value < 0:
            raise BoothError(f"{name} {value}: must be 0 or above")
    if not 0 <= sound_share <= 1:
        raise BoothError(f"sound_share {sound_share}: is the share of parts without flaws; give one from 0 to 1")
    for name, (fewest, most) in (("flaws", flaws), ("soil", soil)):
        if not 0 <= fewest <= most:
            raise BoothError(f"{name} {fewest} to {most}: give the fewest first, 0 or above, and the most after it")


def _made(random: np.random.Generator, shape: Shape, finish: Finish, form: Form) -> list[Mark]:
    """What making the part left on it, and is sound."""
    marks: list[Mark] = []
    if random.random() < TEXTURE_CHANGES:
        marks.append(draw_texture_change(random, _place(random, form), finish))
    if isinstance(shape, Sheet) and random.random() < SEAMS:
        marks.append(_seam(random, shape, finish))
    return marks


def _seam(random: np.random.Generator, sheet: Sheet, finish: Finish) -> Mark:
    """A seam from edge to edge of a sheet, along it or across it."""
    across = bool(random.random() < 0.5)
    length, room = (sheet.width_mm, sheet.length_mm) if across else (sheet.length_mm, sheet.width_mm)
    off = float(random.uniform(-0.35, 0.35)) * room
    place = (off, 0.0) if across else (0.0, off)
    return draw_weld_seam(random, place, length, (90.0 if across else 0.0) - finish.direction_deg)


def _some(
    random: np.random.Generator, kinds: Mapping[str, tuple[float, Draw]], count: tuple[int, int], form: Form
) -> list[Mark]:
    """Draw as many marks as a range says, of kinds as often as they come."""
    shares, draws = zip(*kinds.values(), strict=True)
    number = int(random.integers(count[0], count[1], endpoint=True))
    return [draws[int(kind)](random, _place(random, form)) for kind in random.choice(len(draws), number, p=shares)]


def _place(random: np.random.Generator, form: Form) -> Place:
    """A place on the metal, even in plan."""
    middle_x, middle_y, half_x, half_y, _ = form.outline
    while True:
        x, y = middle_x + float(random.uniform(-half_x, half_x)), middle_y + float(random.uniform(-half_y, half_y))
        if on_metal(x, y, form):
            return x, y
