"""What fixed, tuned and multiple light find on the same parts of the simulated booth, with fresh and with aged lamps.

    python benchmarks/light.py BUNDLE work/light --fused FUSED_BUNDLE
    python benchmarks/light.py BUNDLE work/smoke --smoke

BUNDLE was trained on frames under varied light (the labels make all flaws one class, of which there are more):

    scuff booth render train --parts 60 --seed 1 --shape sheet --finish brushed --size 1368x912 \
        --light A=1 --light B=1 --light A=1,B=1 --most-flaws 8 --sound-share 0.15
    scuff init single && cd single
    LABELS='{scratch="defect",dent="defect",bump="defect",pit="defect","grinding-mark"="defect",stain="defect"}'
    scuff import ../train/frames catalogue --format labelme --parts ../train/parts.csv \
        --set 'product.classes=["defect"]' --set "product.labels=$LABELS"
    scuff split catalogue split.csv --no-audit \
        --set split.training=0.8 --set split.validation=0.2 --set split.test=0.0
    scuff patches catalogue split.csv patches --set patches.size_px=256 --set patches.sound_share=0.3
    scuff train patches run --weights none --set training.learning_rate=1e-3 --set training.schedule=cosine
    scuff export run bundle

FUSED_BUNDLE in the same way from the frames under A and B alone, in a folder whose recipe has from the import on
frames.fused = ["A", "B"].

Parts 1 to 60 train, 201 and on tune, 1001 and on are counted. A flaw counts if a camera can see it under any
luminaire, and is found where the marks of one camera meet it, by the rule of `scuff evaluate`; of several lightings of
a camera the highest score of each pixel counts. More frames bring more false alarms, so the ways are compared where
they cost the same: fixed light has the threshold of its bundle, and every other way the lowest one down to which it
makes no more false alarms on the parts that tune, all lamps being fresh (--unmatched: that of its bundle). A lamp has
aged before the first part of a run, so the parts that the drift controller needs are in its figures. Intervals: 95 %,
bootstrap over parts; gains are over fixed light with as aged a lamp and without the controller, paired by parts.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import product, takewhile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from light_counts import Figures, Known, PartCounts, counted, figures_of, known_of
from scuff.booth.settings import serial_of
from scuff.cli.station_tune import looking
from scuff.cli.tuning_text import TuningProgress, tried_lines
from scuff.cli.tuning_truths import simulated_truths
from scuff.core.bundle import open_bundle
from scuff.core.picture import write_png, write_whole
from scuff.core.recipe import Recipe
from scuff.core.recipe_file import load_recipe
from scuff.core.station_recipe import Lighting, Simulation
from scuff.evaluation.bootstrap import Estimate
from scuff.inspection.pipeline import Inspector
from scuff.inspection.scores import FULL, level
from scuff.station.candidate import exposed
from scuff.station.drift import DriftController, references_of
from scuff.station.exposing import expose
from scuff.station.opening import cameras_of, open_rig
from scuff.station.pictures_of import pictures_of
from scuff.station.simulated_world import World
from scuff.station.studio import Studio
from scuff.station.tuning import Tuner
from scuff.station.tuning_sheet import draw_sheet

FIXED = (Lighting(name="all"),)
MULTI = (Lighting(name="A", intensities={"A": 1.0}), Lighting(name="B", intensities={"B": 1.0}))
FALSE_ALARM_COST, VERIFIED = 0.05, 3
TUNING, TEST = 201, 1001
"""Numbers of the first parts to tune by and to count."""

THRESHOLDS = tuple(score / FULL for score in range(FULL, 0, -1))
"""All there are, downwards: far below, what is marked runs together into few regions, which are no fewer mistakes."""

Truths = Mapping[tuple[str, str], Known]
"""By part and camera."""


Scores = Mapping[str, NDArray[np.uint8]]
"""Of a part, by camera: H×W bytes."""


@dataclass(frozen=True, slots=True)
class Way:
    """A way to light parts: a recipe whose lightings are exposed, what inspects their frames, and the threshold."""

    name: str
    recipe: Recipe
    inspector: Inspector
    threshold: float


def main() -> None:
    """Measure, and write a table and light.json."""
    asked = _asked()
    asked.out.mkdir(parents=True, exist_ok=True)
    ways = _ways(asked, [serial_of(TUNING + number) for number in range(asked.tuning)])
    parts = [serial_of(TEST + number) for number in range(asked.parts)]
    truths = _truths(ways[0].recipe, parts)
    lines, results = (
        [_row("light", "threshold", "lamp A", "drift", "recall", "false alarms a part", "gain in recall")],
        [],
    )
    for share in asked.lamp:
        baseline = _counts(inspect(ways[0], parts, share, follow=False), parts, truths, ways[0].threshold)
        for way, follow in product(ways, (False, True)):
            counts = _counts(inspect(way, parts, share, follow), parts, truths, way.threshold)
            figures = figures_of(counts, baseline)
            drift = "corrected" if follow else "left"
            lines.append(_row(way.name, f"{way.threshold:.2f}", f"{100 * share:.0f} %", drift, *_texts(figures)))
            sys.stderr.write(lines[-1] + "\n")
            results.append(
                {"light": way.name, "threshold": way.threshold, "lamp": share, "drift": drift, **asdict(figures)}
            )
    write_whole(asked.out / "light.json", json.dumps({"parts": len(parts), "results": results}, indent=1) + "\n")
    write_whole(asked.out / "light.txt", "\n".join(lines) + "\n")
    sys.stdout.write("\n".join([*lines, ""]))


def inspect(way: Way, parts: Sequence[str], share: float, follow: bool) -> list[Scores]:
    """Score parts in their order, lamp A having only a share of its light."""
    found: list[Scores] = []
    with open_rig(way.recipe) as rig:
        if rig.world is None:
            raise SystemExit("the bundle's recipe has cameras that are not simulated")
        rig.world.age("A", share)
        controller = DriftController(way.recipe, references_of(way.recipe))
        for part in parts:
            capture = rig.capture(part)
            for each in controller.look(capture) if follow else []:
                rig.adjust(each.camera, each.lighting, each.exposure_us, each.gain_db)
            scores: dict[str, NDArray[np.uint8]] = {}
            for picture in pictures_of(capture, way.recipe):
                seen = way.inspector.scorer.score(picture.pixels, picture.camera).scores
                full = seen.full(seen.score)
                scores[picture.camera] = np.maximum(full, scores.get(picture.camera, np.uint8(0)))
            found.append(scores)
    return found


def _ways(asked: argparse.Namespace, tuning: Sequence[str]) -> list[Way]:
    """The ways that are compared; the first one is what the others are compared with."""
    single, inspector = _opened(asked.bundle, asked)
    tuned, said = _tuned(single, inspector, tuning, asked.out / "tuned.png")
    write_whole(asked.out / "tuned.txt", "\n".join(said) + "\n")
    sys.stdout.write("\n".join([*said, "", ""]))
    fixed = Way("fixed", _exposed(single, FIXED, tuning), inspector, inspector.criteria.threshold)
    others = [("tuned", tuned, inspector), ("multi", _exposed(single, MULTI, tuning), inspector)]
    if asked.fused is not None:
        recipe, fused = _opened(asked.fused, asked)
        others.append(("fused", _exposed(recipe, MULTI, tuning), fused))
    truths = _truths(single, tuning)
    allowed = _alarms(_counts(inspect(fixed, tuning, 1.0, follow=False), tuning, truths, fixed.threshold))
    ways = [Way(name, recipe, looks, looks.criteria.threshold) for name, recipe, looks in others]
    return [fixed, *(ways if asked.unmatched else [_matched(way, tuning, truths, allowed) for way in ways])]


def _matched(way: Way, parts: Sequence[str], truths: Truths, allowed: int) -> Way:
    """A way with the lowest threshold down to which it makes no more false alarms than are allowed."""
    scores = inspect(way, parts, 1.0, follow=False)
    fit = takewhile(lambda each: _alarms(_counts(scores, parts, truths, each)) <= allowed, THRESHOLDS)
    return replace(way, threshold=min(fit, default=THRESHOLDS[0]))


def _truths(recipe: Recipe, parts: Sequence[str]) -> Truths:
    world = World(recipe.simulation, recipe.light.luminaires)
    cameras = [camera.name for camera in cameras_of(recipe)]
    return {(part, camera): known_of(world, part, camera) for part in parts for camera in cameras}


def _counts(found: Sequence[Scores], parts: Sequence[str], truths: Truths, threshold: float) -> list[PartCounts]:
    """What became of parts at a threshold."""
    least = level(threshold)
    return [
        counted({camera: (truths[part, camera], scores >= least) for camera, scores in of_part.items()})
        for part, of_part in zip(parts, found, strict=True)
    ]


def _alarms(counts: Sequence[PartCounts]) -> int:
    return sum(each.false_alarms for each in counts)


def _opened(bundle: Path, asked: argparse.Namespace) -> tuple[Recipe, Inspector]:
    """A bundle, and its recipe at the simulated booth."""
    opened = open_bundle(bundle)
    simulation = Simulation(
        seed=1,
        shape="sheet",
        finish="brushed",
        width_px=asked.width,
        height_px=2 * round(asked.width / 3),
        parts=10_000,
        sound_share=0.15,
        most_flaws=8,
        cache=str(asked.cache or asked.out / "booth-cache"),
    )
    recipe = load_recipe(opened.recipe).model_copy(update={"simulation": simulation, "cameras": (), "lightings": ()})
    return recipe, Inspector(opened, recipe)


def _exposed(recipe: Recipe, lightings: Sequence[Lighting], parts: Sequence[str]) -> Recipe:
    """A recipe with lightings that are as they are, and exposed."""
    found = expose(recipe, lightings, _studio(recipe), parts)
    tables = [
        exposed(each, one.candidate.settings, level=one.levels()) for each, one in zip(lightings, found, strict=True)
    ]
    return recipe.model_copy(update={"lightings": tuple(tables)})


def _tuned(recipe: Recipe, inspector: Inspector, parts: Sequence[str], sheet: Path) -> tuple[Recipe, list[str]]:
    """A recipe with the light that `scuff station tune` finds, and what that says."""
    base, truths = Lighting(name="tuned"), simulated_truths(recipe, parts)
    tuner = Tuner(recipe, base, _studio(recipe), looking(inspector), truths, FALSE_ALARM_COST, TuningProgress())
    tried = tuner.tune(parts, VERIFIED)
    tuner.watch.end()
    write_png(sheet, draw_sheet("Tuned", tried, recipe.exposure.clipped_share))
    best = tried[0].candidate.lighting(base, level=tried[0].levels())
    return recipe.model_copy(update={"lightings": (best,)}), tried_lines(tried, recipe.exposure)


def _studio(recipe: Recipe) -> Studio:
    """Nobody has to place simulated parts."""
    return Studio(recipe, open_rig, lambda _part: None)


def _row(*cells: str) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(cells, (6, 9, 6, 9, 24, 26, 24), strict=True)).rstrip()


def _texts(figures: Figures) -> tuple[str, str, str]:
    return _text(figures.recall), _text(figures.false_alarms), _text(figures.gain)


def _text(estimate: Estimate) -> str:
    value = "–" if estimate.value is None else f"{estimate.value:.3f}"
    return value if estimate.low is None else f"{value} ({estimate.low:.3f} to {estimate.high:.3f})"


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Fixed, tuned and multiple light on the same simulated parts.")
    parser.add_argument("bundle", type=Path, help="trained under varied light")
    parser.add_argument("out", type=Path, help="folder for light.json, light.txt, tuned.txt, tuned.png")
    parser.add_argument("--fused", type=Path, help="a bundle whose channels are the lightings A and B")
    parser.add_argument("--parts", type=int, default=24, help="how many are counted")
    parser.add_argument("--tuning", type=int, default=8, help="how many light is tuned by")
    parser.add_argument("--lamp", type=float, nargs="+", default=[1.0, 0.7, 0.5], help="what is left of lamp A")
    parser.add_argument("--width", type=int, default=1368, help="of a frame, in pixels")
    parser.add_argument("--cache", type=Path, help="folder of rendered parts; OUT/booth-cache if not given")
    parser.add_argument("--unmatched", action="store_true", help="every way has the threshold of its bundle")
    parser.add_argument("--smoke", action="store_true", help="a few small parts, to see that it runs")
    asked = parser.parse_args()
    if asked.smoke:
        asked.parts, asked.tuning, asked.width, asked.lamp = 3, 2, 342, [1.0, 0.5]
    return asked


if __name__ == "__main__":
    main()
