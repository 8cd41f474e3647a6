"""The whole line on the simulated booth: what is taken away from it comes back without a restart."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from tests.serving.conftest import Bench, FakePort

from scuff.core.bundle import Bundle
from scuff.core.recipe import Recipe
from scuff.core.station_recipe import Simulation
from scuff.core.verdict import Outcome
from scuff.serving.port import State
from scuff.serving.product import open_product
from scuff.serving.service import Service
from scuff.station.opening import open_rig
from scuff.station.simulated_world import World
from scuff.store.opening import open_store


@asynccontextmanager
async def booth(recipe: Recipe, bundle: Bundle) -> AsyncIterator[tuple[Bench, World]]:
    """Run a line on the simulated booth."""
    rig, store, product, port = (
        open_rig(recipe),
        open_store(recipe.store),
        open_product(recipe, bundle.folder),
        FakePort(),
    )
    assert rig.world is not None
    service = Service({product.name: product}, rig, store, [port])
    task = asyncio.ensure_future(service.run())
    bench = Bench(service, rig, store, port, task)  # type: ignore[arg-type]
    await bench.until(lambda: bench.line.status.state is State.READY)
    try:
        yield bench, rig.world
    finally:
        service.stop()
        await task
        store.close()


def recipe_of(tmp_path: Path, simulation: Simulation) -> Recipe:
    settings = {
        "frames": {"bayer": "RG"},
        "line": {"health_s": 0.02},
        "cameras": [{"name": name, "exposure_us": 50_000.0, "timeout_s": 0.2} for name in ("left", "right")],
        "store": {
            "url": f"sqlite:///{tmp_path}/scuff.db",
            "pictures": str(tmp_path / "pictures"),
            "least_free_gb": 0.0,
        },
    }
    return Recipe.model_validate(settings).model_copy(update={"simulation": simulation})


def test_what_was_found_is_what_the_stored_pictures_show(
    tmp_path: Path, simulation: Simulation, make_bundle: Callable[..., Bundle]
) -> None:
    async def run() -> None:
        bundle = make_bundle()
        async with booth(recipe_of(tmp_path, simulation), bundle) as (bench, _):
            part = await bench.part("P0001")
            assert part.verdict is not None
            assert part.error == ""
            inspector = bench.line._product.inspector
            boxes = {
                (frame.camera, defect.box_xyxy)
                for frame in part.frames
                for defect in inspector.inspect(bench.store.pictures.get(frame.picture_sha256)).result.defects
            }
        assert {(each.camera, each.box_xyxy) for each in part.defects} <= boxes
        assert len(part.defects) == part.verdict.findings[0].value

    asyncio.run(run())


def test_faults_of_cameras_and_light(
    tmp_path: Path, simulation: Simulation, make_bundle: Callable[..., Bundle]
) -> None:
    async def run() -> None:
        async with booth(recipe_of(tmp_path, simulation), make_bundle()) as (bench, world):
            for fault, device in (("incomplete", "left"), ("trigger-timeout", "right"), ("light", "light")):
                world.inject(fault, device)  # type: ignore[arg-type]
                part = await bench.part(f"{fault}1")
                assert part.verdict is not None
                assert (part.verdict.outcome, part.error) == (Outcome.NOT_INSPECTED, fault)
                await bench.until(lambda: bench.line.status.state is State.READY)
            for device in ("left", "light"):
                world.faults.unplug(device)
                await bench.until(lambda: bench.line.status.state is State.ERROR)
                assert list(bench.line.status.faults) == [device]
                assert (await bench.part(f"{device}1")).error
                world.faults.plug(device)
                await bench.until(lambda: bench.line.status.state is State.READY)
                assert (await bench.part(f"{device}2")).error == ""

    asyncio.run(run())
