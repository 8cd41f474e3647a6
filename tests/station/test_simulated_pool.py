"""Parts of the simulated booth on disk."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from scuff.booth.job import Sight, render_part
from scuff.core.errors import StationError
from scuff.core.station_recipe import Simulation
from scuff.station.simulated_pool import VIEWS, Pool


@pytest.fixture
def pool(simulation: Simulation) -> Pool:
    return Pool.of(simulation)


def test_serials_name_parts(simulation: Simulation) -> None:
    pool = Pool.of(simulation.model_copy(update={"parts": 8, "first": 1}))
    assert [pool.number_of(serial) for serial in ("P0007", "P0009", "N000008", "lid 3", "P0000")] == [7, 1, 8, 3, 8]
    assert 1 <= pool.number_of("nameless") <= 8
    assert Pool.of(simulation.model_copy(update={"parts": 8, "first": 1001})).number_of("P0001") == 1001


def test_what_is_kept_is_what_was_rendered(pool: Pool) -> None:
    rendered = render_part(pool.settings.draw_part(1), VIEWS["left"], pool.settings.hw)
    kept = pool.rendering(1, "left")
    assert kept.layers.names == rendered.layers.names
    np.testing.assert_allclose(kept.layers.planes, rendered.layers.planes, rtol=1e-3, atol=1e-6)
    np.testing.assert_array_equal(kept.mask, rendered.mask)
    np.testing.assert_array_equal(kept.instances, rendered.instances)
    assert len(kept.flaws) == len(rendered.flaws) > 0
    for flaw, original in zip(kept.flaws, rendered.flaws, strict=True):
        np.testing.assert_array_equal(flaw.own, original.own)
        assert (flaw.id, flaw.kind, flaw.box_xyxy) == (original.id, original.kind, original.box_xyxy)
        assert (flaw.size_mm, flaw.visibility) == (original.size_mm, original.visibility)


def test_everything_is_rendered_once(pool: Pool) -> None:
    assert pool.missing() == []
    more = Pool(pool.root, pool.settings, first=2, parts=2)
    assert [str(sight) for sight in more.missing()] == ["part P0003, camera left", "part P0003, camera right"]


def test_another_simulation_has_another_folder(simulation: Simulation) -> None:
    roots = {
        Pool.of(simulation.model_copy(update=change)).root
        for change in ({}, {"seed": 2}, {"finish": "polished"}, {"width_px": 98}, {"sound_share": 0.5})
    }
    assert len(roots) == 5


def test_a_sight_that_is_not_there_is_rendered_when_it_is_asked_for(simulation: Simulation, tmp_path: Path) -> None:
    pool = Pool.of(simulation.model_copy(update={"cache": str(tmp_path)}))
    assert pool.layers(2, "right").hw == (64, 96)
    assert sorted(path.name for path in pool.root.iterdir()) == ["P0002-right.npy", "P0002-right.npz"]


def test_several_may_render_and_read_the_same_at_once(simulation: Simulation, tmp_path: Path) -> None:
    pools = [Pool.of(simulation.model_copy(update={"cache": str(tmp_path)})) for _ in range(3)]
    with ThreadPoolExecutor(3) as threads:
        frames = list(threads.map(lambda pool: pool.rendering(1, "left"), pools))
    for frame in frames[1:]:
        np.testing.assert_array_equal(frame.layers.planes, frames[0].layers.planes)
        np.testing.assert_array_equal(frame.mask, frames[0].mask)
    assert sorted(path.name for path in pools[0].root.iterdir()) == ["P0001-left.npy", "P0001-left.npz"]


def test_a_damaged_file_is_named(simulation: Simulation, tmp_path: Path) -> None:
    pool = Pool.of(simulation.model_copy(update={"cache": str(tmp_path)}))
    pool.render(Sight(1, VIEWS["left"]))
    for ending, read in ((".npz", pool.rendering), (".npy", pool.layers)):
        path = pool.root / f"P0001-left{ending}"
        path.write_bytes(path.read_bytes()[:100])
        with pytest.raises(StationError, match=f"P0001-left{ending}: is damaged; delete it"):
            read(1, "left")


def test_an_odd_side_is_refused(simulation: Simulation) -> None:
    with pytest.raises(StationError, match=r"simulation.width_px = 97: must be even"):
        Pool.of(simulation.model_copy(update={"width_px": 97}))
