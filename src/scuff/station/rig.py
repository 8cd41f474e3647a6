"""A rig: cameras and lights that take all frames of a part together."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import ExitStack
from dataclasses import replace
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeVar

from scuff.core.errors import ScuffError, StationError
from scuff.core.station_recipe import LIGHT, Lighting
from scuff.station.acquisition_error import AcquisitionError, LightError
from scuff.station.camera import Applied, Health
from scuff.station.capture import Capture
from scuff.station.keeper import Keeper
from scuff.station.light import LightController
from scuff.station.minder import Minder
from scuff.station.mount import Mount
from scuff.station.pairing import check_together
from scuff.station.raw_frame import RawFrame

if TYPE_CHECKING:
    from scuff.station.simulated_world import World

Outcome = TypeVar("Outcome")


class Rig:
    """Takes one part at a time; its health may be asked by another thread meanwhile.

    Attributes:
        world: The simulated booth, where a camera or the light is simulated.
    """

    def __init__(
        self,
        mounts: Sequence[Mount],
        light: LightController,
        lightings: Sequence[Lighting],
        window_s: float = 1.0,
        world: "World | None" = None,
    ) -> None:
        """Put a rig together; nothing is opened.

        Args:
            mounts: The cameras.
            light: The light controller.
            lightings: The steps of light; each camera takes a frame under each.
            window_s: How far apart the frames of one hardware trigger may come.
            world: What simulated cameras see.
        """
        self._mounts = {mount.settings.name: mount for mount in mounts}
        self._light, self._lightings, self._window_s, self.world = light, tuple(lightings), window_s, world
        self._keepers = {name: Keeper(name, mount) for name, mount in self._mounts.items()}
        self._light_keeper = Keeper(LIGHT, light, LightError)
        self._all = [*self._keepers.values(), self._light_keeper]
        self._minder = Minder(self._all)
        self._threads = ThreadPoolExecutor(len(mounts), "camera")

    def open(self) -> tuple[AcquisitionError, ...]:
        """Open cameras and light.

        Returns:
            What could not be opened, and why. ``health`` tries it again; until then a capture fails at once.
        """
        return self._minder.open()

    def close(self) -> None:
        """Let go of cameras and light, for good."""
        self._minder.close()
        self._threads.shutdown()

    def __enter__(self) -> Self:
        """Open it, whatever is absent."""
        self.open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()

    @property
    def applied(self) -> dict[str, Applied]:
        """What each camera did when it was last set up, by its name; those that were never open are left out."""
        return {name: mount.applied for name, mount in self._mounts.items() if mount.applied is not None}

    def health(self) -> dict[str, Health]:
        """Ask cameras, by their names, and the ``light`` how they are, and open again what was lost.

        Called once a second it finds a device that went away within three, and takes about one at most.
        """
        return self._minder.health()

    def adjust(self, camera: str, lighting: str, exposure_us: float, gain_db: float) -> None:
        """Expose otherwise from the next frame on.

        Args:
            camera: Name of the camera.
            lighting: Name of the light step.
            exposure_us: Exposure instead of that of the recipe.
            gain_db: Gain instead of that of the recipe.

        Raises:
            StationError: There is no such camera or light step.
        """
        names = [each.name for each in self._lightings]
        for kind, name, known in (("camera", camera, self._mounts), ("lighting", lighting, names)):
            if name not in known:
                raise StationError(f"there is no {kind} {name!r} to adjust; there are: {', '.join(known)}")
        self._mounts[camera].adjust(lighting, exposure_us, gain_db)

    def capture(self, part: str) -> Capture:
        """Take all frames of a part; ends with the first light step in which something is wrong.

        Args:
            part: Its serial number.

        Returns:
            What came, and why the rest did not.
        """
        began_ns = time.time_ns()
        frames: list[RawFrame] = []
        errors = [keeper.absent for keeper in self._all if keeper.absent is not None]
        if not errors:
            if self.world is not None:
                self.world.place(part)
            with ExitStack() as held:
                for keeper in self._all:
                    held.enter_context(keeper.in_use)
                began_ns = time.time_ns()
                for lighting in self._lightings:
                    frames += self._step(lighting, errors)
                    if errors:
                        break
        return Capture(part, tuple(frames), tuple(errors), began_ns, time.time_ns())

    def _step(self, lighting: Lighting, errors: list[AcquisitionError]) -> list[RawFrame]:
        """Take a frame of each camera under a lighting; what is wrong is added to the errors."""
        preparing = self._start(lambda mount: mount.prepare(lighting))
        self._switch(lighting, errors)
        self._finish(preparing, errors)
        if errors:
            return []
        frames = self._finish(self._start(Mount.shoot), errors)
        self._check_together([frame for frame in frames if self._is_by_hardware(frame)], errors)
        return [replace(frame, lighting=lighting.name) for frame in frames]

    def _switch(self, lighting: Lighting, errors: list[AcquisitionError]) -> None:
        try:
            given = self._light.set(lighting.of(self._light.luminaires), lighting.strobe)
        except AcquisitionError as error:
            errors.append(error)
            self._light_keeper.failed(error)
        else:
            if self.world is not None:  # a real controller lights the simulated booth, too
                self.world.switch(given)

    def _start(self, work: Callable[[Mount], Outcome]) -> dict[str, Future[Outcome]]:
        """Do the same with all cameras at the same time."""
        return {name: self._threads.submit(work, mount) for name, mount in self._mounts.items()}

    def _finish(self, started: dict[str, Future[Outcome]], errors: list[AcquisitionError]) -> list[Outcome]:
        """Wait for all cameras; where one fails, none is trusted to be in step with the others any more."""
        done = []
        wait(started.values())
        try:
            for name, future in started.items():
                try:
                    done.append(future.result())
                except ScuffError as error:
                    errors.append(said := AcquisitionError.of(name, error))
                    self._keepers[name].failed(said)
        finally:  # a defect of a driver, too, must leave no frame to the next part
            if len(done) < len(started):
                self._drop()
        return done

    def _check_together(self, frames: Sequence[RawFrame], errors: list[AcquisitionError]) -> None:
        try:
            check_together(frames, self._window_s)
        except AcquisitionError as error:
            errors.append(error)
            self._drop()

    def _drop(self) -> None:
        for mount in self._mounts.values():
            mount.drop()

    def _is_by_hardware(self, frame: RawFrame) -> bool:
        return self._mounts[frame.camera].settings.trigger == "hardware"
