"""How much of each class there is, on which side, and in which sizes the pictures come."""

from collections import Counter, defaultdict

import numpy as np

from scuff.dataset.audit.audit import Audit
from scuff.dataset.split import Side


def class_statistics(found: Audit) -> list[dict[str, object]]:
    """For each class: frames, pixels, shares of the picture, and frames on each side."""
    shares: defaultdict[str, list[float]] = defaultdict(list)
    pixels: Counter[str] = Counter()
    sides: Counter[tuple[str, str]] = Counter()
    for row in found.catalogue.rows:
        for label, count in row.defect_px.items():
            shares[label].append(count / (row.width_px * row.height_px))
            pixels[label] += count
            sides[label, found.sides.get(row.frame, "")] += 1
    statistics = []
    for label in found.catalogue.classes:
        low, middle, high = np.percentile(shares[label] or [0.0], [5, 50, 95]).tolist()
        entry: dict[str, object] = {"class": label, "frames": len(shares[label]), "pixels": pixels[label]}
        entry |= {"share_5": round(low, 6), "share_50": round(middle, 6), "share_95": round(high, 6)}
        entry |= {side.value: sides[label, side] for side in Side if found.sides}
        statistics.append(entry)
    return statistics


def size_statistics(found: Audit) -> list[dict[str, object]]:
    """How many pictures have each size, the most frequent first; the rest in one line."""
    sizes = Counter(f"{row.width_px}×{row.height_px}" for row in found.catalogue.rows).most_common()
    listed: list[dict[str, object]] = [{"size": size, "frames": count} for size, count in sizes[:8]]
    rest = sum(count for _, count in sizes[8:])
    return [*listed, {"size": f"{len(sizes) - 8} other sizes", "frames": rest}] if rest else listed
