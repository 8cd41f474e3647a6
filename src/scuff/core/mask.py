"""Values of a mask: 0 sound metal, 1, 2, … the classes, 255 not part of the picture; and their colours."""

SOUND = 0
OUTSIDE = 255
"""Padding: excluded from the loss and the metrics."""

MAX_CLASSES = 254


def class_palette() -> bytes:
    """RGB triples for 256 mask values: black for sound metal, then colours that differ."""
    colours = [(0, 0, 0)]
    for value in range(255):
        hue = (value * 0.618033988749895) % 1.0 * 6
        ramp = round(255 * (1 - abs(hue % 2 - 1)))
        order = [
            (255, ramp, 0),
            (ramp, 255, 0),
            (0, 255, ramp),
            (0, ramp, 255),
            (ramp, 0, 255),
            (255, 0, ramp),
        ]
        colours.append(order[int(hue)])
    return bytes(channel for colour in colours for channel in colour)
