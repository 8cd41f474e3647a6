"""Render a part: layers of light, mask, instances, and how well each flaw can be seen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count

import numpy as np
from numpy.typing import NDArray

from scuff.booth import lens
from scuff.booth.band import Anchor, Footprint, anchor_of, lay
from scuff.booth.camera import Camera
from scuff.booth.form import form_of
from scuff.booth.geometry import Geometry, geometry_of
from scuff.booth.indirect import indirect_of
from scuff.booth.layers import Layers
from scuff.booth.light import ENVIRONMENT, Environment, Luminaire
from scuff.booth.maps import blank
from scuff.booth.marks.classes import CLASSES
from scuff.booth.part import Part
from scuff.booth.rows import in_rows
from scuff.booth.shade import Stage, metal_rows, place_rows, shade_rows
from scuff.booth.shading import lamps_of
from scuff.booth.steel import steel_of
from scuff.booth.view import view_of
from scuff.booth.visibility import PERCENTILE, Sums
from scuff.core.errors import BoothError

BAND = 256
"""Rows that are rendered at a time; even, for the colour filters."""

COARSE_MM, FINE_MM = 3.0, 2.0
"""Distance of the points at which light by way of the part is sampled, and on polished metal."""


ROOM = Environment()
"""The booth around, where nobody says another."""


@dataclass(frozen=True, slots=True)
class SeenFlaw:
    """A flaw as a camera sees it.

    Attributes:
        id: Its number on the part, from 1.
        kind: Its class.
        box_xyxy: Around its pixels, right and bottom exclusive; None where it is not in the frame.
        own: Which pixels of the box are its own, also where a finer flaw lies over them; 0×0 without a box.
        size_mm: Length and width.
        visibility: Contrast to noise by the name of the layer.
    """

    id: int
    kind: str
    box_xyxy: tuple[int, int, int, int] | None
    own: NDArray[np.bool_]
    size_mm: tuple[float, float]
    visibility: Mapping[str, float]

    @property
    def area_px(self) -> int:
        """Number of its pixels."""
        return int(self.own.sum())


@dataclass(frozen=True, slots=True)
class Rendering:
    """A part as a camera sees it under every light.

    Attributes:
        layers: Its light.
        mask: H×W, uint8: 0 sound, else 1 + the place of the class in ``CLASSES``.
        instances: H×W, uint16: 0, or the id of the flaw.
        flaws: All flaws of the part.
    """

    layers: Layers
    mask: NDArray[np.uint8]
    instances: NDArray[np.uint16]
    flaws: tuple[SeenFlaw, ...]


def render(
    part: Part,
    camera: Camera,
    lights: Sequence[Luminaire],
    hw: tuple[int, int],
    environment: Environment = ROOM,
    geometry: Geometry | None = None,
) -> Rendering:
    """Render a part.

    Args:
        part: The part.
        camera: Who looks.
        lights: The luminaires; each gets a layer.
        hw: Height and width of the frame, in pixels, both even.
        environment: The booth around; gets the last layer.
        geometry: What ``geometry_of`` returned for this shape, camera and size; found out where it is not given.

    Raises:
        BoothError: The size is odd, two lights have one name, or the geometry is that of something else.
    """
    _check(part, camera, lights, hw, geometry)
    if geometry is None:
        geometry = geometry_of(part.shape, camera, hw)
    return _Frame(part, camera, tuple(lights), hw, environment, geometry).render()


def _check(
    part: Part, camera: Camera, lights: Sequence[Luminaire], hw: tuple[int, int], geometry: Geometry | None
) -> None:
    if min(hw) < 2 or hw[0] % 2 or hw[1] % 2:
        raise BoothError(
            f"a frame of {hw[1]}×{hw[0]} pixels cannot be; give an even width and height, "
            "for the sensor's colours come in squares of four"
        )
    names = [*(light.name for light in lights), ENVIRONMENT]
    for name in names:
        if names.count(name) > 1:
            raise BoothError(f"there are two lights {name!r}; give each a name of its own")
    if geometry is not None:
        asked = {"shape": part.shape, "camera": camera, "size": hw}
        given = {"shape": geometry.shape, "camera": geometry.camera, "size": geometry.hw}
        for what, value in asked.items():
            if given[what] != value:
                raise BoothError(f"the geometry is of another {what}: of {given[what]}, not of {value}")


class _Frame:
    """A frame while it is rendered, band by band."""

    def __init__(
        self,
        part: Part,
        camera: Camera,
        lights: tuple[Luminaire, ...],
        hw: tuple[int, int],
        environment: Environment,
        geometry: Geometry,
    ) -> None:
        self.camera, self.hw, self.depth = camera, hw, geometry.depth_mm
        self.tints = [*(light.tint for light in lights), environment.tint]
        self.names = (*(light.name for light in lights), ENVIRONMENT)
        self.lamps = lamps_of(lights)
        form, steel = form_of(part.shape), steel_of(part.finish)
        self.stage = Stage(view_of(camera, hw), form, steel, camera.pixel_mm(hw), float(environment.radiance))
        step = COARSE_MM if part.finish.rough_along > 0.04 else FINE_MM
        rough = max(round(step / camera.pixel_mm(hw)), 2)
        coarse_hw = max(-(-hw[0] // rough), 2), max(-(-hw[1] // rough), 2)
        self.coarse = indirect_of(part.shape, part.finish, camera, lights, environment, coarse_hw).planes
        flaws = [mark for mark in part.marks if mark.is_flaw]
        soil_first = [*((mark, 0) for mark in part.marks if not mark.is_flaw), *zip(flaws, count(1))]
        self.anchors = [anchor_of(mark, number, form, steel, camera, hw) for mark, number in soil_first]
        self.kinds = {number: mark.kind for number, mark in enumerate(flaws, 1)}
        self.area_mm2 = {number: mark.size_mm[0] * mark.size_mm[1] for number, mark in enumerate(flaws, 1)}
        self.sums = {number: Sums(len(self.names)) for number in self.kinds}
        self.planes = np.empty((len(self.names), *hw), np.float32)
        self.mask, self.instances = np.zeros(hw, np.uint8), np.zeros(hw, np.uint16)

    def render(self) -> Rendering:
        for first in range(0, self.hw[0], BAND):
            self._band(first, min(first + BAND, self.hw[0]))
        for plane in self.planes:
            lens.add_glare(self.camera, plane)
        green = self.planes[:, 1::4, ::4].reshape(len(self.names), -1) / lens.STEEL[1]
        bright = np.asarray(np.percentile(green, PERCENTILE, axis=1), dtype=np.float64)
        flaws = tuple(self._seen(anchor, bright) for anchor in self.anchors if anchor.id)
        return Rendering(Layers(self.names, self.planes), self.mask, self.instances, flaws)

    def _band(self, first: int, last: int) -> None:
        """Render the rows from ``first`` to ``last``, with those beside them that their blur needs."""
        reach = lens.blur_reach(self.camera)
        row0, end = max(first - reach, 0), min(last + reach, self.hw[0])
        rows, width = end - row0, self.hw[1]
        points, metal = np.empty((rows, width, 3), np.float32), np.empty((rows, width), np.bool_)
        depth = self.depth[row0:end]
        in_rows(lambda a, b: place_rows(self.stage, depth, row0, points, a, b), rows)
        in_rows(lambda a, b: metal_rows(self.stage, points, metal, a, b), rows)
        soil, marks = blank((rows, width)), blank((rows, width))
        laid = [lay(anchor, points, metal, row0, self.stage.pixel_mm, soil, marks) for anchor in self.anchors]
        sent = np.empty((len(self.names), 2, rows, width), np.float32)
        changed = np.zeros((len(self.names), rows, width), np.float32)
        in_rows(
            lambda a, b: shade_rows(
                self.stage, self.lamps, self.coarse, points, row0, self.hw[0], soil, marks, sent, changed, a, b
            ),
            rows,
        )
        footprints = [footprint for footprint in laid if footprint is not None]
        if footprints:
            self._account(
                footprints,
                [lens.blurred(self.camera, np.add(*both)) for both in sent],
                [lens.blurred(self.camera, change) for change in changed],
                (row0, first, last),
            )
        inner = np.s_[first - row0 : last - row0]
        shade = lens.vignetting(self.camera, self.hw, first, last)
        for layer, both in enumerate(sent):
            glossy, diffuse = (lens.blurred(self.camera, plane)[inner] for plane in both)
            mosaic = lens.filtered(glossy, diffuse, marks.warmth[inner], self.tints[layer])
            self.planes[layer, first:last] = mosaic * shade

    def _account(
        self,
        footprints: list[Footprint],
        planes: list[NDArray[np.float32]],
        changes: list[NDArray[np.float32]],
        rows: tuple[int, int, int],
    ) -> None:
        """Paint the flaws of a band, the finer over the coarser, and add up how well each is seen."""
        row0, first, last = rows
        free = np.ones(planes[0].shape, np.bool_)
        for footprint in footprints:
            free[footprint.own] = False
        inner = np.zeros_like(free)
        inner[first - row0 : last - row0] = True
        for footprint in sorted(footprints, key=lambda footprint: -self.area_mm2[footprint.id]):
            self.sums[footprint.id].add(footprint, row0, inner, planes, changes, free)
            kept = inner[footprint.own]
            at = footprint.own[0][kept] + row0, footprint.own[1][kept]
            self.mask[at], self.instances[at] = 1 + CLASSES.index(self.kinds[footprint.id]), footprint.id

    def _seen(self, anchor: Anchor, bright: NDArray[np.float64]) -> SeenFlaw:
        sums = self.sums[anchor.id]
        visibility = dict(zip(self.names, sums.visibility(bright).tolist(), strict=True))
        return SeenFlaw(anchor.id, anchor.mark.kind, sums.box, sums.own_pixels(), anchor.mark.size_mm, visibility)
