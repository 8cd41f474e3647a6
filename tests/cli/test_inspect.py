import csv
import select
import signal
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from scuff.cli.main import INTERNAL_ERROR, main
from scuff.core.bundle import NETWORK, Bundle
from scuff.core.ray_cluster import QUIET
from scuff.inspection.pipeline import Inspector

LISTENING = """
import signal
from scuff.cli.main import main
signal.signal(signal.SIGINT, signal.default_int_handler)
main()
"""
"""Where the tests were started in the background, a shell has told all below it to pass Ctrl-C over."""

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


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


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
        "parts",
        "report.html",
        "results.csv",
        "verdicts.csv",
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


def claim_size(path: Path, width: int, height: int) -> None:
    """Write a PNG whose header claims a size, and which has no pixels."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(b"")), (b"IEND", b""))
    written = [
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    ]
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(written))


def test_bad_pictures_harm_no_other_and_never_pass(bundle: Path, tmp_path: Path) -> None:
    add_picture(tmp_path / "in" / "a.png", scratches=1)
    add_picture(tmp_path / "in" / "z.png")
    cut = add_picture(tmp_path / "in" / "cut.jpg")
    cut.write_bytes(cut.read_bytes()[:-100])
    Image.new("L", (1, 1), 128).save(tmp_path / "in" / "dot.png")
    claim_size(tmp_path / "in" / "bomb.png", 20_000, 15_000)
    (tmp_path / "in" / "empty.tif").touch()
    (tmp_path / "in" / "text.bmp").write_text("no picture")
    assert inspect(bundle, tmp_path / "in", "--out", tmp_path / "out") == 3
    assert outcomes(tmp_path / "out") == {
        "a.png": "fail",
        "bomb.png": "not-inspected",
        "cut.jpg": "not-inspected",
        "dot.png": "pass",
        "empty.tif": "not-inspected",
        "text.bmp": "not-inspected",
        "z.png": "pass",
    }
    page = (tmp_path / "out" / "report.html").read_text()
    assert "truncated or damaged" in page
    assert "its header claims 20000×15000 pixels" in page
    assert page.count("not a picture that can be read") >= 2


def test_overlays_of_all_pictures_can_be_had(bundle: Path, tmp_path: Path) -> None:
    add_picture(tmp_path / "in" / "a.png")
    assert inspect(bundle, tmp_path / "in", "--out", tmp_path / "out", "--pictures", "all") == 0
    assert {"a.json", "a.mask.png", "a.overlay.jpg"} < set(contents(tmp_path / "out"))


def test_equal_runs_write_equal_bytes(bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for folder in ("one", "two"):
        for name in ("a.png", "b.jpg", "sub/a.png"):
            add_picture(tmp_path / folder / "in" / name, scratches=len(name) % 3)
        (tmp_path / folder / "in" / "cut.png").write_bytes(b"\x89PNG\r\n\x1a\n")
        monkeypatch.chdir(tmp_path / folder)
        assert inspect(bundle, "in", "--out", "out") == 3
    one, two = (contents(tmp_path / folder / "out") for folder in ("one", "two"))
    # Overlay and mask of two, a record and a part's file of each of four, two tables and the report.
    assert len(one) == 2 * 2 + 2 * 4 + 3
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


def test_what_is_done_is_not_inspected_again(bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("a.png", "b.png"):
        add_picture(tmp_path / "in" / name, scratches=1)
    out = tmp_path / "out"
    assert inspect(bundle, tmp_path / "in", "--out", out) == 1
    first = contents(out)
    kept = (out / "a.json").stat().st_mtime_ns
    (out / "b.json").unlink()
    capsys.readouterr()
    assert inspect(bundle, tmp_path / "in", "--out", out) == 1
    assert "2/2, 1 done before" in capsys.readouterr().err
    assert (out / "a.json").stat().st_mtime_ns == kept
    assert contents(out) == first


def test_other_settings_and_fewer_pictures_leave_nothing_of_an_earlier_run(bundle: Path, tmp_path: Path) -> None:
    for name in ("a.png", "b.png"):
        add_picture(tmp_path / "in" / name, scratches=1)
    out = tmp_path / "out"
    assert inspect(bundle, tmp_path / "in", "--out", out) == 1
    (tmp_path / "in" / "b.png").unlink()
    assert inspect(bundle, tmp_path / "in", "--out", out, "--set", "inspection.min_area_px=99") == 0
    assert sorted(contents(out)) == ["a.json", "parts/a.json", "report.html", "results.csv", "verdicts.csv"]


@pytest.mark.parametrize("signal_and_code", [(signal.SIGKILL, -signal.SIGKILL), (signal.SIGINT, 130)])
def test_a_run_that_is_stopped_goes_on_to_the_same_bytes(
    bundle: Path, tmp_path: Path, signal_and_code: tuple[signal.Signals, int]
) -> None:
    frames, out = 300, tmp_path / "out"
    for number in range(frames):
        add_picture(tmp_path / "in" / f"{number:03}.png", scratches=number % 3)
    command = ["inspect", str(bundle), str(tmp_path / "in"), "--out"]
    stopping, code = signal_and_code
    with subprocess.Popen([sys.executable, "-c", LISTENING, *command, out], stderr=subprocess.PIPE) as run:
        while run.poll() is None and len(list(out.glob("*.json"))) < 10:
            select.select([], [], [], 0.01)
        run.send_signal(stopping)
        _, said = run.communicate()
    assert run.returncode == code, said.decode()
    assert 10 <= len(list(out.glob("*.json"))) < frames
    assert not (out / "results.csv").exists()
    if stopping == signal.SIGINT:
        assert f"Stopped; what is done is in {out}, and the same command goes on from there" in said.decode()
        assert not list(out.glob("*.part"))
    assert inspect(*command[1:], out) == 1
    assert len(outcomes(out)) == frames
    assert inspect(*command[1:], tmp_path / "undisturbed") == 1
    assert contents(out) == contents(tmp_path / "undisturbed")


def test_an_error_of_scuff_itself_stops_the_run_with_its_traceback(
    bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("in a lane")

    add_picture(tmp_path / "in" / "a.png")
    monkeypatch.setattr(Inspector, "inspect", broken)
    assert inspect(bundle, tmp_path / "in", "--out", tmp_path / "out") == INTERNAL_ERROR
    assert "ZeroDivisionError: in a lane" in capsys.readouterr().err
    assert contents(tmp_path / "out") == {}


@pytest.mark.parametrize("address", ["", "nowhere", "host:", "ray://host:1", "host:port"])
def test_addresses_of_another_form_are_refused(
    bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], address: str
) -> None:
    path = add_picture(tmp_path / "in" / "a.png")
    assert inspect(bundle, path, "--out", tmp_path / "out", "--ray-address", address) == 2
    assert f"--ray-address {address}: must be auto, local or HOST:PORT" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_cluster_without_ray_says_what_to_install(
    bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = add_picture(tmp_path / "in" / "a.png")
    monkeypatch.setitem(sys.modules, "ray", None)
    for name in QUIET:
        monkeypatch.setenv(name, "1")  # put back afterwards
    assert inspect(bundle, path, "--out", tmp_path / "out", "--ray-address", "auto") == 2
    assert "needs the package 'ray'; install it with: pip install 'scuff[cluster]'" in capsys.readouterr().err


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
    [
        ("none.png", "there is no such file or folder"),
        ("*.bmp", "no picture matches this pattern"),
        ("", "no picture in this folder or below it"),
    ],
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
    assert "\n             3    at least one could not be inspected\n" in shown
    assert "\n             130  stopped by Ctrl-C\n" in shown


def test_a_stations_recipe_takes_the_place_of_the_bundles(bundle: Path, tmp_path: Path) -> None:
    add_picture(tmp_path / "in" / "a.png", scratches=1)
    (tmp_path / "station.toml").write_text("[tolerances]\nmax_defects = 1\n")
    arguments = bundle, tmp_path / "in", "--out", tmp_path / "out", "--recipe", tmp_path / "station.toml"
    assert inspect(*arguments) == 0
    assert inspect(*arguments, "--set", "tolerances.max_defects=0") == 1


def test_what_runs_the_network_is_said(bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    add_picture(tmp_path / "in" / "a.png")
    inspect(bundle, tmp_path / "in", "--out", tmp_path / "out")
    assert capsys.readouterr().err.startswith("On OpenVINO ")
