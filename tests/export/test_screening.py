from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.fixtures.screens import tiny_screen

from scuff.core.bundle import Bundle, Screening, seal
from scuff.core.errors import BundleError
from scuff.core.picture import write_png
from scuff.core.recipe import Inspection, Recipe
from scuff.export import screening
from scuff.export.held_out import HeldOut, HeldOutFrame
from scuff.export.screening import CONFIDENCE, Screener, lowered, needed_scores
from scuff.inspection.opening import open_scorer
from scuff.inspection.pipeline import Inspector
from scuff.inspection.regions import Criteria
from scuff.inspection.screening import CELL_PX, STRIPS, CellScreen
from scuff.nets.screen import CELL_PX as TAUGHT_CELL_PX
from scuff.nets.screen import REACH_PX, ScreenNetwork
from scuff.nets.screen_file import ScreenFacts, TaughtScreen

Pixels = NDArray[np.uint8]
Spots = list[tuple[int, int, int]]
"""Row, column and grey of squares of 6×6 pixels."""

FACTS = ScreenFacts(
    checkpoint_sha256="0", threshold=0.5, min_area_px=1, lessons=3, steps=2, minutes=3.0, seed=0, scuff="0"
)
TERMS = Criteria(0.5, ("scratch", "dent"), min_area_px=4)
METAL = 128


def frame(spots: Spots) -> Pixels:
    pixels = np.full((150, 220, 3), METAL, np.uint8)
    for y, x, grey in spots:
        pixels[y : y + 6, x : x + 6] = grey
    return pixels


def held_out(source: str, frames: Mapping[str, Spots]) -> HeldOut:
    made = {name: HeldOutFrame(name, frame(spots), np.zeros((150, 220), np.uint8)) for name, spots in frames.items()}
    return HeldOut(source, tuple(made), made.__getitem__)


VALIDATION = held_out("2 validation frames", {"V1": [(10, 10, 255), (100, 100, 250)], "V2": [(40, 29, 252)]})
TEST = held_out("2 test frames", {"T1": [(20, 20, 255)], "T2": [(60, 100, 240), (140, 60, 240)]})


@pytest.fixture(autouse=True)
def screen_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the screening network be the one that scores a cell by its brightest pixel."""
    monkeypatch.setattr(screening, "screen_model", lambda _: tiny_screen())


def screener(validation: HeldOut = VALIDATION, test: HeldOut = TEST, **facts: object) -> Screener:
    return Screener(TaughtScreen(FACTS.model_copy(update=facts), ScreenNetwork().state_dict()), validation, test, TERMS)


def test_the_proof_is_counted_on_test_frames(make_bundle: Callable[..., Bundle]) -> None:
    draft = make_bundle()
    told: list[int] = []
    proof = screener().add(draft, told.append)
    assert proof == Screening(
        threshold=235 / 254,  # the faintest validation defect scores 249: odds of 249 to 5, and a quarter of these
        threshold_source="the highest that loses none of 3 defects on 2 validation frames (0.980), its odds times 0.25",
        defect_threshold=0.5,
        min_area_px=4,
        defects=3,
        lost=0,
        lost_bound=round(1 - 0.05 ** (1 / 3), 6),
        confidence=CONFIDENCE,
        source="2 test frames",
        skipped=proof.skipped if proof else 0,
    )
    assert 0.5 < proof.skipped < 1
    assert draft.screen.is_file()
    assert sum(told) == 4


def test_a_screened_station_finds_what_an_unscreened_one_finds(
    make_bundle: Callable[..., Bundle], tmp_path: Path
) -> None:
    draft = make_bundle()
    proof = screener().add(draft)
    sealed = seal(draft.folder, tmp_path / "screened", draft.manifest.model_copy(update={"screening": proof}))
    write_png(tmp_path / "T2.png", TEST.read("T2").pixels)
    recipe = Recipe(inspection=Inspection(min_area_px=4))
    plain = recipe.model_copy(update={"inspection": Inspection(min_area_px=4, screening="off")})
    with_it, without = (Inspector(sealed, each).inspect(tmp_path / "T2.png").result for each in (recipe, plain))
    assert with_it.defects == without.defects
    assert len(with_it.defects) == 2
    assert with_it.tiles_scored is not None
    assert without.tiles_scored is not None
    assert 0 < with_it.tiles_scored < without.tiles_scored == with_it.tiles


@pytest.mark.parametrize(
    ("validation", "test", "reason"),
    [
        pytest.param(
            VALIDATION,
            held_out("1 test frame", {"T1": [(20, 20, 255), (80, 80, 210)]}),
            "would lose 1 of 2 defects on 1 test frame",
            id="a fainter defect on test",
        ),
        pytest.param(
            held_out("1 validation frame", {"V1": [(20, 20, 10)]}), TEST, "would spare only 0 of", id="a blind spot"
        ),
        pytest.param(held_out("1 validation frame", {"V1": []}), TEST, "no threshold can be chosen", id="no defect"),
        pytest.param(VALIDATION, held_out("1 test frame", {"T1": []}), "nothing can be proven", id="no test defect"),
    ],
)
def test_without_a_proof_nothing_is_written(
    make_bundle: Callable[..., Bundle], validation: HeldOut, test: HeldOut, reason: str
) -> None:
    draft = make_bundle()
    before = sorted(path.name for path in draft.folder.iterdir())
    added = screener(validation, test)
    assert added.add(draft) is None
    assert reason in added.refusal
    assert sorted(path.name for path in draft.folder.iterdir()) == before


def test_a_network_that_scores_nothing_is_refused(
    make_bundle: Callable[..., Bundle], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(CellScreen, "scores", lambda _, pixels, windows: np.zeros(len(windows), np.uint8))
    added = screener()
    assert added.add(make_bundle()) is None
    assert "overlooks a defect" in added.refusal


def test_another_checkpoints_screen_is_refused(make_bundle: Callable[..., Bundle]) -> None:
    with pytest.raises(BundleError, match="taught by another checkpoint; run `scuff distil` again"):
        screener(checkpoint_sha256="1").add(make_bundle())


def test_strips_are_refused(make_bundle: Callable[..., Bundle]) -> None:
    with pytest.raises(BundleError, match="with --screening or with --strips, not both"):
        screener().add(make_bundle(strip_px=64))


def test_a_defect_needs_all_of_its_windows(make_bundle: Callable[..., Bundle]) -> None:
    draft = make_bundle()
    screener().add(draft)
    scorer = open_scorer(draft, Inspection(screening="off"))
    # A long bright scratch, brightest at its left end; its right end is alone in windows whose cells score 215.
    pixels = frame([])
    pixels[70:74, 10:200] = 216
    pixels[70:74, 10:20] = 250
    found = needed_scores(pixels, scorer, CellScreen(draft.screen, 0.5), TERMS)
    assert found == [round(254 * 216 / 255)]


@pytest.mark.parametrize(("threshold", "expected"), [(0.0, 0), (0.5, 50), (200 / 254, 122), (1.0, 254)])
def test_lowering_quarters_the_odds(threshold: float, expected: int) -> None:
    assert lowered(threshold) == expected / 254


def test_strips_of_the_station_hold_the_reach_of_the_network() -> None:
    assert STRIPS.halo_px >= REACH_PX
    assert CELL_PX == TAUGHT_CELL_PX
