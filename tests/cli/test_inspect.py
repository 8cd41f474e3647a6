import csv
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from scuff.cli.main import main
from scuff.core.bundle import NETWORK, Bundle

MakeBundle = Callable[..., Bundle]


def inspect(*arguments: object) -> int:
    """Run the command; return its exit code."""
    with pytest.raises(SystemExit) as stopped:
        main(["inspect", *map(str, arguments)])
    code = stopped.value.code
    assert isinstance(code, int)
    return code


def add_picture(path: Path, scratches: int = 0) -> Path:
    """Write a grey picture of 40×60 px with bright lines."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.full((40, 60), 128, np.uint8)
    for number in range(scratches):
        pixels[5 + 8 * number, 10:40] = 255
    Image.fromarray(pixels).save(path)
    return path


def outcomes(out: Path) -> dict[str, str]:
    with (out / "results.csv").open(newline="") as file:
        return {row["file"]: row["outcome"] for row in csv.DictReader(file)}


@pytest.fixture
def bundle(make_bundle: MakeBundle) -> Path:
    return make_bundle().folder


def test_all_pass(bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    add_picture(tmp_path / "in" / "a.png")
    assert inspect(bundle, tmp_path / "in", "--out", tmp_path / "out") == 0
    assert capsys.readouterr().out == (
        f"1 pass, 0 fail, 0 not inspected; the report is {tmp_path / 'out' / 'report.html'}\n"
    )
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "a.json",
        "a.mask.png",
        "a.overlay.png",
        "report.html",
        "results.csv",
    ]


def test_one_fails(bundle: Path, tmp_path: Path) -> None:
    add_picture(tmp_path / "in" / "a.png")
    add_picture(tmp_path / "in" / "b.png", scratches=1)
    assert inspect(bundle, tmp_path / "in", "--out", tmp_path / "out") == 1
    assert outcomes(tmp_path / "out") == {"a.png": "pass", "b.png": "fail"}


def test_review_is_no_pass(bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = add_picture(tmp_path / "in" / "a.png", scratches=1)
    with Image.open(path) as picture:
        Image.fromarray(np.minimum(np.asarray(picture), 230)).save(path)
    assert inspect(bundle, path, "--out", tmp_path / "out", "--set", "tolerances.review_score=0.95") == 1
    assert outcomes(tmp_path / "out") == {"a.png": "review"}
    assert "0 pass, 0 fail, 1 to review, 0 not inspected" in capsys.readouterr().out


def test_truncated_picture_harms_no_other_and_never_passes(bundle: Path, tmp_path: Path) -> None:
    add_picture(tmp_path / "in" / "a.png", scratches=1)
    add_picture(tmp_path / "in" / "c.png")
    cut = add_picture(tmp_path / "in" / "b.jpg")
    cut.write_bytes(cut.read_bytes()[:-100])
    assert inspect(bundle, tmp_path / "in", "--out", tmp_path / "out") == 3
    assert outcomes(tmp_path / "out") == {"a.png": "fail", "b.jpg": "not-inspected", "c.png": "pass"}
    assert "truncated or damaged" in (tmp_path / "out" / "report.html").read_text()


def test_equal_runs_write_equal_bytes(bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for folder in ("one", "two"):
        for name in ("a.png", "b.jpg", "sub/a.png"):
            add_picture(tmp_path / folder / "in" / name, scratches=len(name) % 3)
        (tmp_path / folder / "in" / "cut.png").write_bytes(b"\x89PNG\r\n\x1a\n")
        monkeypatch.chdir(tmp_path / folder)
        assert inspect(bundle, "in", "--out", "out") == 3
    one, two = (
        {path.name: path.read_bytes() for path in (tmp_path / folder / "out").iterdir()} for folder in ("one", "two")
    )
    assert len(one) == 3 * 3 + 1 + 2
    assert one == two


def test_equal_stems_do_not_overwrite_each_other(bundle: Path, tmp_path: Path) -> None:
    add_picture(tmp_path / "left" / "x.png")
    add_picture(tmp_path / "right" / "x.png", scratches=1)
    inspect(bundle, tmp_path / "left", tmp_path / "right", "--out", tmp_path / "out")
    assert outcomes(tmp_path / "out") == {"left/x.png": "pass", "right/x.png": "fail"}
    assert {"left_x.json", "right_x.json"} <= {path.name for path in (tmp_path / "out").iterdir()}


def test_second_run_replaces_the_first_and_does_not_inspect_it(bundle: Path, tmp_path: Path) -> None:
    path = add_picture(tmp_path / "in" / "a.png", scratches=1)
    out = tmp_path / "in" / "out"
    assert inspect(bundle, tmp_path / "in", "--out", out) == 1
    add_picture(path)
    assert inspect(bundle, tmp_path / "in", "--out", out) == 0
    assert outcomes(out) == {"a.png": "pass"}


def test_settings_come_from_the_bundle_and_the_command_line(make_bundle: MakeBundle, tmp_path: Path) -> None:
    bundle = make_bundle("[tolerances]\nmax_defects = 2\n").folder
    add_picture(tmp_path / "in" / "a.png", scratches=2)
    out = tmp_path / "out"
    assert inspect(bundle, tmp_path / "in", "--out", out) == 0
    assert inspect(bundle, tmp_path / "in", "--out", out, "--set", "tolerances.max_defects=1") == 1
    assert inspect(bundle, tmp_path / "in", "--out", out, "--set", "inspection.min_area_px=31") == 0


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("training.epochs=3", "--set training.epochs=3: has no effect on an inspection"),
        ("tolerances.max_defekts=1", "max_defects"),
        ("inspection.threshold=2", "inspection.threshold"),
    ],
)
def test_wrong_settings_are_refused(
    bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], setting: str, message: str
) -> None:
    add_picture(tmp_path / "in" / "a.png")
    assert inspect(bundle, tmp_path / "in", "--out", tmp_path / "out", "--set", setting) == 2
    assert message in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_altered_bundle_is_refused(bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = add_picture(tmp_path / "in" / "a.png")
    network = bundle / NETWORK
    content = bytearray(network.read_bytes())
    content[len(content) // 2] ^= 1
    network.write_bytes(content)
    assert inspect(bundle, path, "--out", tmp_path / "out") == 2
    assert f"{network}: altered since it was exported" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("argument", "message"),
    [("none.png", "there is no such file or folder"), ("*.bmp", "no picture matches this pattern")],
)
def test_wrong_paths_are_refused(
    bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], argument: str, message: str
) -> None:
    assert inspect(bundle, tmp_path / argument, "--out", tmp_path / "out") == 2
    assert message in capsys.readouterr().err


def test_outputs_between_the_inputs_are_refused(
    bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    add_picture(tmp_path / "in" / "a.png")
    assert inspect(bundle, tmp_path / "in", "--out", tmp_path / "in") == 2
    assert "name another folder with --out" in capsys.readouterr().err
    assert [path.name for path in (tmp_path / "in").iterdir()] == ["a.png"]


def test_runs_where_there_is_no_torch(bundle: Path, tmp_path: Path) -> None:
    add_picture(tmp_path / "in" / "a.png")
    without_torch = "import sys; sys.modules['torch'] = None; from scuff.cli.main import main; main(sys.argv[1:])"
    arguments = ["inspect", str(bundle), str(tmp_path / "in"), "--out", str(tmp_path / "out")]
    finished = subprocess.run([sys.executable, "-c", without_torch, *arguments], capture_output=True, text=True)
    assert (finished.returncode, finished.stdout[:6]) == (0, "1 pass"), finished.stderr


def test_help_has_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    assert inspect("--help") == 0
    shown = capsys.readouterr().out
    assert "\n  Example:\n    scuff inspect bundles/bowl pictures/ --out inspected\n" in shown
    assert "\n             3  at least one could not be inspected\n" in shown
