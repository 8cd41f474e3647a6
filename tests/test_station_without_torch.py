"""A station PC has no torch: what it runs must neither import nor miss it."""

import subprocess
import sys
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

WITHOUT_WORKSTATION = """
import importlib, pkgutil, sys

REFUSED = {
    "torch", "torchvision", "timm", "lightning", "matplotlib", "shapely", "pycocotools", "tensorboard", "onnxruntime"
}

class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in REFUSED:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Refuse())
"""

IMPORT_ALL = """
# Imported only where a recipe names that runtime.
optional = {f"scuff.inspection.{name}" for name in ("torch_runtime", "onnx_runtime", "onnx_session")}
names = ["scuff.cli.main", "scuff.cli.booth", "scuff.cli.init", "scuff.cli.inspect", "scuff.cli.recipe_options"]
names += ["scuff.cli.benchmark_inspect", "scuff.cli.calibrate", "scuff.cli.calibrate_camera", "scuff.cli.commands"]
names += ["scuff.cli.booth_serve"]
names += ["scuff.cli.rules", "scuff.cli.station", "scuff.cli.station_cameras", "scuff.cli.station_capture"]
names += ["scuff.cli.station_parts", "scuff.cli.station_retain", "scuff.cli.station_run", "scuff.cli.station_tune"]
for room in ("scuff.booth", "scuff.core", "scuff.inspection", "scuff.serving", "scuff.station", "scuff.store"):
    package = importlib.import_module(room)
    names += [module.name for module in pkgutil.walk_packages(package.__path__, f"{room}.")]
for name in [name for name in names if name not in optional]:
    importlib.import_module(name)
print(len(names), "modules")
"""

RUN_COMMAND = """
from scuff.cli.main import main
main(sys.argv[1:])
"""

MAKE_BUNDLE = """
import sys
from pathlib import Path

import numpy as np
import openvino
import openvino.opset13 as ops

from scuff.core.bundle import Agreement, Manifest, Provenance, seal
from scuff.core.picture import write_png
from scuff.core.recipe import Recipe
from scuff.core.recipe_file import recipe_text

# The score of a pixel is its brightest channel: a white pixel is a defect.
folder, size = Path(sys.argv[1]), 32
tiles = ops.parameter([-1, size, size, 3], np.uint8)
share = ops.divide(ops.convert(tiles, "f32"), ops.constant(np.float32(255)))
scores = ops.transpose(ops.reduce_max(share, [3], keep_dims=True), ops.constant([0, 3, 1, 2]))
draft = folder / "draft"
draft.mkdir()
openvino.save_model(openvino.Model([scores], [tiles]), draft / "network.xml", compress_to_fp16=False)
(draft / "recipe.toml").write_text(recipe_text(Recipe()), encoding="utf-8")
manifest = Manifest(
    product="plate", classes=("spot",), tile_px=size, overlap=0.25, threshold=0.5, threshold_source="given",
    mean=(0, 0, 0), std=(1, 1, 1),
    agreement=Agreement(patches=1, source="none", largest_difference=0, tolerance=0),
    provenance=Provenance(
        scuff="0", commit="", checkpoint_sha256="", catalogue_sha256="", split_sha256="", encoder="brightness",
        weights="none", training_parts=0, metrics={},
    ),
)
seal(draft, folder / "bundle", manifest)
plate = np.zeros((48, 40, 3), np.uint8)
write_png(folder / "sound.png", plate)
plate[10:15, 20:26] = 255
write_png(folder / "spotted.png", plate)
"""


def run_without_workstation(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", WITHOUT_WORKSTATION + code, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_every_module_of_a_station_imports() -> None:
    result = run_without_workstation(IMPORT_ALL)
    assert result.returncode == 0, result.stderr
    assert int(result.stdout.split()[0]) > 15


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["booth", "render", "--help"],
        ["inspect", "--help"],
        ["benchmark-inspect", "--help"],
        ["init", "--help"],
        ["station", "cameras", "--help"],
        ["station", "capture", "--help"],
        ["station", "parts", "--help"],
        ["station", "retain", "--help"],
        ["station", "run", "--help"],
    ],
)
def test_commands_of_a_station_run(arguments: list[str]) -> None:
    result = run_without_workstation(RUN_COMMAND, *arguments)
    assert result.returncode == 0, result.stderr
    assert "Usage: scuff" in result.stdout


def test_a_command_of_a_workstation_says_what_to_install() -> None:
    result = run_without_workstation(RUN_COMMAND, "train", "--help")
    assert result.returncode == 2
    assert "install it with: pip install 'scuff[train]'" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_an_installation_without_extras_inspects(tmp_path: Path) -> None:
    venv.create(tmp_path / "venv", with_pip=True)
    programs = tmp_path / "venv" / ("Scripts" if sys.platform == "win32" else "bin")

    def run(program: str, *arguments: str, expect: int = 0) -> str:
        command = [str(programs / program), *arguments]
        result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert result.returncode == expect, result.stdout + result.stderr
        return result.stdout

    run("python", "-m", "pip", "install", "--quiet", "-c", str(ROOT / "constraints.txt"), str(ROOT))
    installed = {line.partition("==")[0].lower() for line in run("python", "-m", "pip", "freeze").splitlines()}
    assert "openvino" in installed
    assert not installed & {"torch", "torchvision", "timm", "lightning", "matplotlib"}
    assert "inspect" in run("scuff", "--help")
    run("python", "-c", MAKE_BUNDLE, str(tmp_path))
    run("scuff", "inspect", "bundle", "sound.png", "--out", "sound-report")
    run("scuff", "inspect", "bundle", "spotted.png", "--out", "spotted-report", expect=1)
    assert (tmp_path / "spotted-report" / "report.html").is_file()
    run("scuff", "booth", "render", "simulated", "--parts", "1", "--size", "96x64")
    assert len(list((tmp_path / "simulated" / "frames").glob("*.png"))) == 2
