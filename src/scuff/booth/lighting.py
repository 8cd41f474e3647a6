"""Lightings: how bright each luminaire is while a frame is taken."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scuff.booth.light import ENVIRONMENT
from scuff.core.errors import BoothError


@dataclass(frozen=True, slots=True)
class Lighting:
    """How bright each luminaire of a booth is while a frame is taken.

    Attributes:
        intensities: In [0, 1], by name, in the booth's order.
    """

    intensities: Mapping[str, float]

    @property
    def lit(self) -> tuple[str, ...]:
        """The luminaires that are on."""
        return tuple(name for name, intensity in self.intensities.items() if intensity > 0)

    @property
    def name(self) -> str:
        """What frames under it are named: ``A``, ``AB50`` with B at 50 %, ``environment`` where all is off."""
        shares = {name: f"{100 * self.intensities[name]:g}" for name in self.lit}
        return "".join(name + ("" if share == "100" else share) for name, share in shares.items()) or ENVIRONMENT

    def __str__(self) -> str:
        """As it is typed: ``A=1,B=0.5``."""
        return ",".join(f"{name}={intensity:g}" for name, intensity in self.intensities.items())


def all_on(luminaires: Sequence[str]) -> Lighting:
    """The lighting with every luminaire at full intensity."""
    return Lighting(dict.fromkeys(luminaires, 1.0))


def read_lightings(texts: Sequence[str], luminaires: Sequence[str]) -> tuple[Lighting, ...]:
    """Read lightings as they are typed, each ``A=1,B=0.5``; a luminaire that is not named is off.

    Args:
        texts: What was typed; none: every luminaire is on.
        luminaires: Names of the booth's.

    Raises:
        BoothError: One names no luminaire of the booth or no intensity in [0, 1], or two are alike.
    """
    if not texts:
        return (all_on(luminaires),)
    lightings: dict[str, Lighting] = {}
    for text in texts:
        lighting = _read(text, luminaires)
        if lighting.name in lightings:
            raise BoothError(f"--light {text}: is there twice; give each lighting once")
        lightings[lighting.name] = lighting
    return tuple(lightings.values())


def _read(text: str, luminaires: Sequence[str]) -> Lighting:
    intensities = dict.fromkeys(luminaires, 0.0)
    named = set()
    for entry in text.split(","):
        name, _, number = (piece.strip() for piece in entry.partition("="))
        if name not in intensities:
            raise BoothError(
                f"--light {text}: there is no luminaire {name!r}; the booth has {', '.join(luminaires)}, "
                "so write for example --light " + ",".join(f"{luminaire}=1" for luminaire in luminaires)
            )
        if name in named:
            raise BoothError(f"--light {text}: names {name} twice; give it one intensity")
        named.add(name)
        intensities[name] = _intensity(text, name, number)
    return Lighting(intensities)


def _intensity(text: str, name: str, number: str) -> float:
    try:
        intensity = float(number)
    except ValueError:
        intensity = -1.0
    if not 0 <= intensity <= 1:
        raise BoothError(f"--light {text}: {name} is {number!r}; must be a number from 0 to 1, as in {name}=0.5")
    return intensity
