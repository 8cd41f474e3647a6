import numpy as np
import pycocotools.mask
import pytest
import shapely
from numpy.typing import NDArray
from shapely import Polygon
from shapely.geometry.base import BaseGeometry

from scuff.core.errors import AnnotationError
from scuff.dataset.formats import shapes
from scuff.dataset.formats.raster import rasterise
from scuff.dataset.formats.region import Bitmap, Outline, Region
from scuff.dataset.formats.runs import decode_columns


def drawn(*pieces: Outline | Bitmap, hw: tuple[int, int] = (6, 8)) -> NDArray[np.bool_]:
    """The whole picture, with a region of these pieces marked."""
    bitmap = rasterise(Region("dent", pieces, "shape 1"), hw)
    frame = np.zeros(hw, np.bool_)
    rows, columns = bitmap.marked.shape
    frame[bitmap.y : bitmap.y + rows, bitmap.x : bitmap.x + columns] = bitmap.marked
    return frame


def outlines(area: BaseGeometry) -> list[Outline]:
    parts = [part for part in shapely.get_parts(area) if isinstance(part, Polygon)]
    return [Outline(part, np.array([[1.0, 1.0]])) for part in parts]


def test_a_box_on_pixel_borders_is_these_pixels() -> None:
    frame = drawn(shapes.rectangle((1, 2), (4, 5)))
    assert frame.sum() == 9
    assert frame[2:5, 1:4].all()


def test_the_centre_decides() -> None:
    assert np.argwhere(drawn(shapes.rectangle((1.4, 2.4), (2.6, 3.6)))).tolist() == [
        [2, 1],
        [2, 2],
        [3, 1],
        [3, 2],
    ]
    assert np.argwhere(drawn(shapes.rectangle((1.6, 2.4), (2.6, 2.6)))).tolist() == [[2, 2]]


def test_a_centre_on_an_edge_belongs_to_one_neighbour_only() -> None:
    left, right = shapes.rectangle((0, 0), (2.5, 6)), shapes.rectangle((2.5, 0), (8, 6))
    upper, lower = shapes.rectangle((0, 0), (8, 1.5)), shapes.rectangle((0, 1.5), (8, 6))
    for one, other in ((left, right), (upper, lower)):
        assert (drawn(one) ^ drawn(other)).all()
        assert not (drawn(one) & drawn(other)).any()


def test_holes_stay_open() -> None:
    ring = Polygon([(0, 0), (5, 0), (5, 5), (0, 5)], [[(1, 1), (4, 1), (4, 4), (1, 4)]])
    frame = drawn(*outlines(ring))
    assert frame.sum() == 25 - 9
    assert not frame[1:4, 1:4].any()


def test_pieces_are_united() -> None:
    frame = drawn(
        shapes.rectangle((0, 0), (3, 3)), shapes.rectangle((2, 2), (5, 4)), Bitmap(np.ones((1, 2), np.bool_), 6, 5)
    )
    assert frame.sum() == 9 + 6 - 1 + 2
    assert frame[5, 6:].all()


def test_agrees_with_shapely_point_by_point() -> None:
    random = np.random.default_rng(5)
    rows, columns = np.mgrid[:40, :50]
    for _ in range(20):
        discs = [shapely.Point(*centre).buffer(random.uniform(3, 12)) for centre in random.uniform(0, 50, (4, 2))]
        area = shapely.union_all(discs).difference(shapely.Point(*random.uniform(0, 40, 2)).buffer(5))
        inside = shapely.contains_xy(area, columns + 0.5, rows + 0.5)
        assert (drawn(*outlines(area), hw=(40, 50)) == inside).all()


def test_agrees_with_pycocotools_but_for_pixels_on_the_edge() -> None:
    random = np.random.default_rng(3)
    rows, columns = np.mgrid[:40, :50]
    for _ in range(20):
        area = shapely.MultiPoint(random.uniform((1, 1), (49, 39), (12, 2))).convex_hull
        flat = shapely.get_coordinates(area)[:-1].ravel().tolist()
        (runs,) = pycocotools.mask.frPyObjects([flat], 40, 50)
        theirs = drawn(decode_columns(runs["counts"].decode(), (40, 50)), hw=(40, 50))
        differs = drawn(*outlines(area), hw=(40, 50)) != theirs
        from_edge_px = shapely.distance(area.boundary, shapely.points(columns + 0.5, rows + 0.5))
        assert (from_edge_px[differs] <= 1).all()
        assert differs.mean() < 0.05


def test_triangles_that_share_an_edge_neither_overlap_nor_leave_a_gap() -> None:
    random = np.random.default_rng(7)
    corners = [(0.0, 0.0), (30.0, 0.0), (30.0, 20.0), (0.0, 20.0)]
    for middle in random.uniform(1, 19, (20, 2)):
        fan = [[corners[i - 1], corners[i], (float(middle[0]), float(middle[1]))] for i in range(4)]
        covered = sum(drawn(shapes.polygon(triangle), hw=(20, 30)).astype(int) for triangle in fan)
        assert (np.asarray(covered) == 1).all()


def test_what_grew_over_the_border_is_cut_off() -> None:
    frame = drawn(shapes.circle((0, 0), (0, 2)))
    assert np.argwhere(frame).tolist() == [[0, 0], [0, 1], [1, 0]]
    assert drawn(shapes.line([(0, 3), (8, 3)], 2)).sum() == 16
    assert drawn(shapes.circle((4, 3), (4, 1e9))).all()


def test_rounding_over_the_border_is_cut_off() -> None:
    assert drawn(shapes.rectangle((-1, -0.5), (9, 7))).all()
    assert drawn(Bitmap(np.ones((3, 3), np.bool_), -1, 4)).sum() == 4


@pytest.mark.parametrize(
    "piece",
    [
        shapes.rectangle((-1.1, 0), (4, 4)),
        shapes.rectangle((0, 0), (4, 7.1)),
        shapes.polygon([(1, 1), (1e300, 1), (1, 2)]),
        shapes.line([(0, 0), (20, 0)], 3),
        shapes.circle((-3, 3), (4, 3)),
        Bitmap(np.ones((3, 3), np.bool_), 7, 0),
    ],
)
def test_what_was_drawn_outside_is_refused(piece: Outline | Bitmap) -> None:
    with pytest.raises(AnnotationError, match=r"reaches outside the picture: x from .* in 8×6 pixels; draw it inside"):
        drawn(piece)


def test_what_covers_no_centre_is_refused() -> None:
    with pytest.raises(AnnotationError, match="covers the centre of no pixel; draw it larger"):
        drawn(shapes.rectangle((1.6, 0), (2.4, 6)))
    with pytest.raises(AnnotationError, match="covers the centre of no pixel"):
        drawn(Bitmap(np.zeros((2, 2), np.bool_)))
    with pytest.raises(AnnotationError, match="covers the centre of no pixel"):
        drawn(Bitmap(np.zeros((0, 0), np.bool_)))
