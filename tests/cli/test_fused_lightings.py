"""Several lightings as the channels of one picture, from the booth through training to a verdict."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from scuff.booth.marks.classes import CLASSES
from scuff.cli.main import main
from scuff.core.bundle import open_bundle
from scuff.core.recipe_file import load_recipe
from scuff.dataset.catalogue import load_catalogue

RECIPE = f"""\
[product]
classes = {json.dumps(CLASSES)}
[frames]
part_pattern = '^(?P<part>[^-]+)-'
camera_pattern = '-(?P<camera>left|right)'
lighting_pattern = '-(?P<lighting>[^-]+)$'
cameras = ["left", "right"]
fused = ["A", "B"]
[patches]
size_px = 32
[split]
training = 0.5
validation = 0.25
test = 0.25
[network]
encoder = "test_efficientnet"
decoder_channels = [16, 16, 8, 8]
weights = "none"
[training]
epochs = 1
batch_size = 4
precision = "fp32"
[[lightings]]
name = "A"
intensities = {{ A = 1.0 }}
[[lightings]]
name = "B"
intensities = {{ B = 1.0 }}
"""

BOOTH = ("--shape", "sheet", "--size", "128x96", "--sound-share", "0", "--min-visibility", "0", "--workers", "1")
LIGHTS = ("--light", "A=1", "--light", "B=1")

Scuff = Callable[..., str]


@pytest.fixture
def scuff(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scuff:
    """Type a command in a folder with the recipe; give what it prints."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "recipe.toml").write_text(RECIPE)

    def typed(*arguments: str | Path, codes: tuple[int, ...] = (0,)) -> str:
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        printed = capsys.readouterr()
        assert (ended.value.code or 0) in codes, printed.err
        return printed.out + printed.err

    return typed


def test_from_the_booth_to_a_verdict(scuff: Scuff, tmp_path: Path) -> None:
    scuff("booth", "render", "booth", "--parts", "4", *BOOTH, *LIGHTS)
    said = scuff("import", "booth/frames", "catalogue", "--format", "labelme")
    assert "Frames: 8; parts: 4 (from the names); cameras: 2" in said
    catalogue = load_catalogue(tmp_path / "catalogue")
    assert catalogue.rows[0].image == "images/P0001-left.png"
    pixels = catalogue.frame(catalogue.rows[0]).pixels
    assert (pixels[..., 2] == pixels[..., :2].min(axis=2)).all()
    scuff("split", "catalogue", "split.csv", "--no-audit")
    scuff("patches", "catalogue", "split.csv", "patches")
    # A recipe that was changed since the import must not make a bundle that sees other pictures than it was trained on.
    scuff("train", "patches", "run", "--accelerator=cpu", "--set", "frames.fused=[]")
    scuff("export", "run", "bundle")
    kept = load_recipe(open_bundle(tmp_path / "bundle").recipe)
    assert (kept.frames.fused, kept.frames.lighting_pattern) == (("A", "B"), "-(?P<lighting>[^-]+)$")
    assert kept.augmentation.hue == 0  # channels are no colours

    scuff("booth", "render", "new", "--parts", "2", "--first", "1001", *BOOTH, *LIGHTS)
    (tmp_path / "new" / "frames" / "P1002-right-B.png").unlink()
    scuff("inspect", "bundle", "new/frames", "--out", "out", codes=(3,))
    written = sorted(path.stem for path in (tmp_path / "out").glob("P*.json"))
    assert written == ["P1001-left", "P1001-right", "P1002-left", "P1002-right"]
    judged = {path.stem: json.loads(path.read_text()) for path in (tmp_path / "out" / "parts").glob("*.json")}
    assert judged["P1001"]["outcome"] in {"pass", "fail"}
    assert judged["P1002"]["outcome"] == "not-inspected"
    assert "has no picture under lighting 'B'" in judged["P1002"]["rule"]
