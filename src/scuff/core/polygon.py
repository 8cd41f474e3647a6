"""Polygons of a recipe: where in the frames of a camera something is."""

ANY_CAMERA = ""
"""Stands for every camera that has no region of its own."""


def polygon(text: str) -> list[tuple[int, int]]:
    """Read the points of a polygon, as in ``100,100 5300,100 5300,3500``: x,y in pixels.

    Raises:
        ValueError: It has fewer than three points, or something else in it, or encloses nothing.
    """
    points = [point.split(",") for point in text.split()]
    if len(points) < 3 or any(len(point) != 2 or not all(part.isdecimal() for part in point) for point in points):
        raise ValueError(f'must be three or more points in whole pixels, as in "0,0 900,0 900,600", not {text!r}')
    corners = [(int(x), int(y)) for x, y in points]
    following = [*corners[1:], corners[0]]
    if sum(x * next_y - next_x * y for (x, y), (next_x, next_y) in zip(corners, following, strict=True)) == 0:
        raise ValueError(f"encloses no area: {text!r}; name the corners in the order of the outline")
    return corners
