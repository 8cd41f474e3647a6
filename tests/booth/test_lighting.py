import pytest

from scuff.booth.lighting import all_on, read_lightings
from scuff.core.errors import BoothError

LUMINAIRES = ("A", "B")


@pytest.mark.parametrize(
    ("text", "intensities", "name", "typed"),
    [
        ("A=1", {"A": 1.0, "B": 0.0}, "A", "A=1,B=0"),
        ("B=1, A=0.5", {"A": 0.5, "B": 1.0}, "A50B", "A=0.5,B=1"),
        ("A=0.29,B=0.125", {"A": 0.29, "B": 0.125}, "A29B12.5", "A=0.29,B=0.125"),
        ("A=0", {"A": 0.0, "B": 0.0}, "environment", "A=0,B=0"),
    ],
)
def test_a_lighting_is_read_and_named(text: str, intensities: dict[str, float], name: str, typed: str) -> None:
    (lighting,) = read_lightings([text], LUMINAIRES)
    assert lighting.intensities == intensities
    assert lighting.name == name
    assert str(lighting) == typed
    assert lighting.lit == tuple(name for name, intensity in intensities.items() if intensity)


def test_everything_is_on_unless_said_otherwise() -> None:
    assert read_lightings([], LUMINAIRES) == (all_on(LUMINAIRES),)
    assert all_on(LUMINAIRES).name == "AB"


def test_several_keep_their_order() -> None:
    assert [lighting.name for lighting in read_lightings(["B=1", "A=1"], LUMINAIRES)] == ["B", "A"]


@pytest.mark.parametrize(
    ("texts", "reason"),
    [
        (["C=1"], "there is no luminaire 'C'; the booth has A, B, so write for example --light A=1,B=1"),
        ([""], "there is no luminaire ''"),
        (["environment=1"], "there is no luminaire 'environment'"),
        (["A"], "A is ''; must be a number from 0 to 1"),
        (["A=full"], "A is 'full'; must be a number from 0 to 1"),
        (["A=1.01"], "A is '1.01'; must be a number from 0 to 1"),
        (["A=nan"], "A is 'nan'; must be a number from 0 to 1"),
        (["A=1,A=0.5"], "names A twice"),
        (["A=1", "A=1,B=0"], "--light A=1,B=0: is there twice"),
    ],
)
def test_what_is_no_lighting_is_refused(texts: list[str], reason: str) -> None:
    with pytest.raises(BoothError, match=reason):
        read_lightings(texts, LUMINAIRES)
