import numpy as np
import pytest

from scuff.core.recipe import Recipe
from scuff.core.region import Regions
from scuff.core.station_recipe import Lighting, Simulation
from scuff.station.candidate import Candidate
from scuff.station.mixing import Mixer, alone
from scuff.station.opening import open_rig
from scuff.station.studio import Studio


@pytest.mark.parametrize("mix", [{"A": 1.0, "B": 0.5}, {"A": 0.0, "B": 1.0}, {"A": 0.25, "B": 1.0}])
def test_a_mixed_frame_is_the_one_that_the_camera_takes_but_for_the_noise(
    simulation: Simulation, mix: dict[str, float]
) -> None:
    recipe = Recipe(simulation=simulation)
    studio = Studio(recipe, open_rig, lambda _part: None)
    mixer = Mixer(studio.alone(alone(("A", "B")), ["P0001"]), Regions({}), recipe.exposure)
    candidate = Candidate(mix, {camera: mixer.setting(camera, mix) for camera in mixer.cameras})
    ((_, frames),) = studio.take([candidate.lighting(Lighting(name="mixed"))], ["P0001"])
    taken = {frame.camera: frame.pixels.astype(np.float64) for frame in frames}
    for view in mixer.views:
        predicted = mixer.predict(view, mix, candidate.settings[view.camera]).pixels.astype(np.float64)
        difference = predicted - taken[view.camera]
        assert abs(difference.mean()) < 0.5
        # Shot noise of a value of 100 is 1.6, and the mixed frame is made of darker ones with more of it.
        assert difference.std() < 4
        assert np.corrcoef(predicted.ravel(), taken[view.camera].ravel())[0, 1] > 0.995
