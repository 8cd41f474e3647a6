import numpy as np
import pytest

from scuff.booth.bowl import in_bowl, leaves, meets, seen_share
from scuff.booth.camera import Vector
from scuff.booth.finish import Finish
from scuff.booth.form import Form, form_of
from scuff.booth.geometry import march
from scuff.booth.height import surface
from scuff.booth.indirect import frame_at
from scuff.booth.light import Luminaire
from scuff.booth.scene import BOOTH
from scuff.booth.shading import Frame3, lamp_of
from scuff.booth.shape import Shape, Sheet, Sink, draw_sink
from scuff.booth.steel import steel_of

SINK = form_of(Sink())
STEEL = steel_of(Finish())


def frame(x: float, y: float, form: Form = SINK) -> Frame3:
    z, slope_x, slope_y = surface(x, y, form)
    seen, _ = frame_at((x, y, z), slope_x, slope_y, (0.0, 0.0, 900.0), form, STEEL)
    return seen


def rays(form: Form, number: int) -> list[tuple[Frame3, Vector]]:
    """Random places of a bowl, and random directions away from its metal."""
    random = np.random.default_rng(1)
    found: list[tuple[Frame3, Vector]] = []
    while len(found) < number:
        seen = frame(float(random.uniform(-260, 260)), float(random.uniform(-180, 180)), form)
        x, y, z = (float(part) for part in random.normal(size=3))
        length = (x * x + y * y + z * z) ** 0.5
        toward = (x / length, y / length, z / length)
        if in_bowl(seen, form) and np.dot(toward, seen.normal) > 0.1:
            found.append((seen, toward))
    return found


@pytest.mark.parametrize("shape", [Sink(), draw_sink(np.random.default_rng(5))], ids=["sink", "drawn sink"])
def test_rays_leave_or_meet_the_bowl_as_marching_says(shape: Shape) -> None:
    form = form_of(shape)
    wrong, off = 0, []
    for seen, toward in rays(form, 300):
        start = tuple(here + 0.05 * part for here, part in zip(seen.point, seen.normal, strict=True))
        end = min((0.01 - start[2]) / toward[2], 700.0) if toward[2] > 0 else 700.0
        way = march((start[0], start[1], start[2]), toward, 0.0, end, 3000, form)
        wrong += leaves(seen.point, toward, form) != (way < 0)
        if way >= 0:
            off.append(abs(meets(seen, toward, form) - way))
    assert wrong <= 1
    assert len(off) > 100
    assert np.median(off) < 0.5
    assert np.percentile(off, 90) < 3


def test_where_a_bowl_is() -> None:
    assert in_bowl(frame(0.0, 0.0), SINK)
    assert in_bowl(frame(-245.0, 0.0), SINK)
    assert not in_bowl(frame(-270.0, 0.0), SINK)
    assert not in_bowl(frame(0.0, 0.0, form_of(Sheet())), form_of(Sheet()))


def test_the_bowl_hides_luminaires_from_its_walls() -> None:
    left = lamp_of(BOOTH.luminaires[0])
    assert seen_share(frame(-270.0, 0.0), left, SINK) == 1  # on the flange
    assert seen_share(frame(0.0, 0.0), left, SINK) == 1
    # One that hangs low, far to the left, is seen from the right wall alone.
    low = lamp_of(Luminaire("low", (-900.0, 0.0, 300.0), (0.0, 0.0, 0.0), (0.0, 1.0, 0.0), (400.0, 40.0)))
    assert seen_share(frame(235.0, 0.0), low, SINK) == 1
    assert seen_share(frame(-235.0, 0.0), low, SINK) == 0
