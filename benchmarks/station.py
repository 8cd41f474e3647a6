"""A station under faults: 200 parts over HTTP and Modbus, every verdict checked; and how soon it is well again.

First a real `scuff station run` on the simulated booth, whose cameras and light fail at random: each part must have one
row, with the verdict that `scuff inspect` gives for the pictures that were stored, or not-inspected with the reason.
Then one thing after the other is taken away and given back. All of it in a scratch folder and on loopback.
"""

import csv
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np

from scuff.core.recipe import Recipe
from scuff.core.recipe_file import recipe_text
from scuff.core.verdict import Outcome
from scuff.serving.report import PartReport
from scuff.store.opening import open_store
from scuff.store.records import StoredPart
from scuff.store.store import Store
from station_peers import LOOPBACK, Broker, Mes, Plc, free_port
from station_recovery import recoveries

FAULTS = {"trigger-timeout": 0.02, "incomplete": 0.03, "lost": 0.01, "stale": 0.01, "light": 0.01}
"""How often each happens, per frame."""

PACE_S = 0.5
"""Time from an accepted trigger to the next."""

POLL_S = 0.01


@dataclass
class Sent:
    """Triggers that were taken on: when, by identifier."""

    began: dict[str, float]
    refused: int = 0


def recipe_of(folder: Path, hw: tuple[int, int], mqtt: int) -> Recipe:
    """The station: two simulated cameras whose frames are mosaics, and every port but OPC UA."""
    settings = {
        "product": {"name": "sink"},
        "frames": {
            "bayer": "RG",
            "cameras": ["left", "right"],
            "part_pattern": "^(?P<part>.+)-(?:left|right)$",
            "camera_pattern": "-(?P<camera>left|right)$",
        },
        "simulation": {"height_px": hw[0], "width_px": hw[1], "cache": str(folder / "booth"), "faults": FAULTS},
        "store": {"url": f"sqlite:///{folder}/scuff.db", "pictures": str(folder / "pictures"), "least_free_gb": 0.0},
        "cameras": [{"name": name, "exposure_us": 50_000.0, "timeout_s": 0.5} for name in ("left", "right")],
        "http": {"port": free_port()},
        "modbus": {"port": free_port()},
        "mqtt": {"host": LOOPBACK, "port": mqtt},
    }
    return Recipe.model_validate(settings)


def start(folder: Path, recipe: Recipe, bundle: Path) -> subprocess.Popen[bytes]:
    """Start the station; returns when it takes triggers."""
    path = folder / "recipe.toml"
    path.write_text(recipe_text(recipe), encoding="utf-8")
    command = [sys.executable, "-m", "scuff.cli.main", "station", "run", "--recipe", str(path), "--bundle", str(bundle)]
    with (folder / "log.jsonl").open("wb") as log:
        process = subprocess.Popen([*command, "--log", "json"], stdout=log, stderr=log)
    while process.poll() is None:
        try:
            urllib.request.urlopen(f"http://{LOOPBACK}:{recipe.http.port}/status", timeout=5).close()
        except OSError:
            time.sleep(POLL_S)
        else:
            return process
    raise SystemExit((folder / "log.jsonl").read_text(encoding="utf-8"))


def send(recipe: Recipe, parts: int) -> Sent:
    """Trigger parts over HTTP and Modbus in turns; what is refused is triggered again, as a line does."""
    sent = Sent({})
    with closing(Plc(recipe.modbus.port)) as plc:
        for number in range(1, parts + 1):
            serial = f"S{number:04d}"
            if number % 2:
                sent.began[f"http-{number}"] = _by_http(recipe.http.port, f"http-{number}", serial, sent)
            else:
                sent.began[f"modbus-{number}"] = plc.trigger(number, serial)
            time.sleep(PACE_S)
        while _status(recipe.http.port)["waiting"]:
            time.sleep(POLL_S)
        time.sleep(1)  # the PLC acknowledges the last results
    return sent


def _by_http(port: int, name: str, serial: str, sent: Sent) -> float:
    body = json.dumps({"id": name, "part": serial}).encode()
    request = urllib.request.Request(f"http://{LOOPBACK}:{port}/trigger", body, {"Content-Type": "application/json"})
    while True:
        began = time.perf_counter()
        try:
            urllib.request.urlopen(request, timeout=10).close()
        except urllib.error.HTTPError:
            sent.refused += 1
            time.sleep(POLL_S)
        else:
            return began


def _status(port: int) -> dict[str, int]:
    with urllib.request.urlopen(f"http://{LOOPBACK}:{port}/status", timeout=10) as answer:
        found: dict[str, int] = json.load(answer)
        return found


def inspect_again(folder: Path, bundle: Path, store: Store, parts: Sequence[StoredPart]) -> dict[str, tuple[str, str]]:
    """What `scuff inspect` says of the pictures that were stored, by serial number: outcome and rule."""
    frames = folder / "frames"
    frames.mkdir()
    for part in parts:
        for frame in part.frames:
            os.link(store.pictures.get(frame.picture_sha256), frames / f"{part.part}-{frame.camera}.tif")
    command = [sys.executable, "-m", "scuff.cli.main", "inspect", str(bundle), str(frames)]
    command += ["--out", str(folder / "out"), "--recipe", str(folder / "recipe.toml")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode not in {0, 1, 3}:
        raise SystemExit(done.stderr)
    with (folder / "out" / "verdicts.csv").open(encoding="utf-8", newline="") as file:
        return {row["part"]: (row["outcome"], row["rule"]) for row in csv.DictReader(file)}


def check(folder: Path, recipe: Recipe, bundle: Path, sent: Sent) -> list[str]:
    """Hold what is stored against what was sent and against the pictures; gives what is wrong, and prints counts."""
    with closing(open_store(recipe.store)) as store:
        parts = store.latest(10**6)
        again = inspect_again(folder, bundle, store, [part for part in parts if part.frames])
    wrong = [f"{name}: has no row" for name in sent.began.keys() - {part.trigger for part in parts}]
    wrong += [f"{len(parts)} rows for {len(sent.began)} triggers"] if len(parts) != len(sent.began) else []
    for part in parts:
        verdict = part.verdict
        if verdict is None or (verdict.outcome is Outcome.NOT_INSPECTED) != bool(part.error and verdict.rule):
            wrong.append(f"{part.part}: {verdict} ({part.error})")
        elif not part.error and (verdict.outcome.value, verdict.rule) != again[part.part]:
            wrong.append(f"{part.part}: {verdict.outcome}, {verdict.rule}; scuff inspect: {again[part.part]}")
    outcomes = Counter(part.verdict.outcome.value if part.verdict else "none" for part in parts)
    click.echo(f"rows: {len(parts)}; {_listed(outcomes)}; triggers refused and given again: {sent.refused}")
    click.echo(f"not inspected: {_listed(Counter(part.error for part in parts if part.error))}")
    return wrong


def _listed(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.most_common()) or "none"


def print_latency(sent: Sent, came: dict[str, tuple[float, PartReport]]) -> None:
    """Print times from the trigger to the published verdict, beside those of the inspection."""
    rows = {
        "trigger to published verdict": [1000 * (came[name][0] - began) for name, began in sent.began.items()],
        "of inspected parts": [
            1000 * (came[name][0] - began)
            for name, began in sent.began.items()
            if came[name][1].inspection_ms is not None
        ],
        "inspection alone": [report.inspection_ms for _, report in came.values() if report.inspection_ms is not None],
    }
    for name, times in rows.items():
        middle, late = np.percentile(times, (50, 99))
        click.echo(f"{name:<30} median {middle:6.0f} ms   99th percentile {late:6.0f} ms   ({len(times)} parts)")


@click.command()
@click.argument("bundle", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--parts", default=200, show_default=True)
@click.option("--size", "size", default="684x456", show_default=True, metavar="WxH")
def main(bundle: Path, parts: int, size: str) -> None:
    """Run a station with BUNDLE under faults."""
    width, height = map(int, size.split("x"))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        broker = Broker(folder)
        recipe = recipe_of(folder, (height, width), broker.port)
        with closing(Mes(broker.port)) as mes:
            process = start(folder, recipe, bundle)
            try:
                sent = send(recipe, parts)
            finally:
                process.send_signal(signal.SIGTERM)
                process.wait()
            wrong = check(folder, recipe, bundle, sent)
            wrong += [f"{name}: was not published" for name in sent.began.keys() - mes.came.keys()]
            if not wrong:
                print_latency(sent, mes.came)
        wrong += [] if process.returncode == 0 else [f"the station ended with {process.returncode}"]
        click.echo("\n".join(wrong) or "every verdict is right")
        recoveries(folder, recipe, bundle, broker)
        broker.kill()
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
