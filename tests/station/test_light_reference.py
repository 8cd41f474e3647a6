from pathlib import Path

import numpy as np
import pytest

from scuff.core.errors import StationError
from scuff.station.flat_field import FlatField
from scuff.station.light_reference import Reference, load_reference, save_reference

FIELD = FlatField(
    camera="left",
    luminaire="A",
    serial="S1",
    pixel_format="Mono8",
    width_px=64,
    height_px=32,
    exposure_us=1000.0,
    gain_db=0.0,
    levels=((0.5, None),),
    dark=0.01,
    clipped_share=0.0,
    noise=0.01,
    sharpness=None,
)


def test_it_is_kept_in_a_folder(tmp_path: Path) -> None:
    reference = Reference(taken_at="2026-11-02T06:00:00+00:00", simulated=True, fields=(FIELD,))
    save_reference(tmp_path, reference)
    assert load_reference(tmp_path) == reference
    assert np.isnan(load_reference(tmp_path).fields[0].grid).tolist() == [[False, True]]


def test_a_reference_that_lacks_or_is_damaged_is_told(tmp_path: Path) -> None:
    with pytest.raises(StationError, match="there is no reference of the light; lay the card"):
        load_reference(tmp_path)
    (tmp_path / "reference.json").write_text("{}")
    with pytest.raises(StationError, match=r"reference\.json: cannot be read"):
        load_reference(tmp_path)
