from tests.fixtures.bundles import tiny_manifest

from scuff.cli.benchmark_tables import facts, setting_table, stage_table
from scuff.inspection.benchmark import Measured, Setting
from scuff.inspection.measuring import STAGES, FrameTimes, Stages, Throughput


def frame(network_ms: float) -> FrameTimes:
    stage_ms = dict(zip(STAGES, (50.0, 5.0, network_ms, 5.0, 40.0), strict=True))
    return FrameTimes(stage_ms, 100 + network_ms, megapixels=20.0, tiles=204, tiles_scored=12)


def stages(peak_mb: float | None = 512.4) -> Stages:
    return Stages("OpenVINO 1 on a CPU", True, (frame(100), frame(900), frame(2000)), peak_mb)


def test_facts_say_what_ran_on_what() -> None:
    about = facts(tiny_manifest(strip_px=480, precision="int8"), stages(), pictures=1)
    assert about[0] == "Test plate: int8, strips of 480 px, screened"
    assert about[1].startswith("On OpenVINO 1 on a CPU; ")
    assert about[2] == "With 1 picture of 20 megapixels, 3 times, one after the other:"


def test_stages_are_medians_with_their_share() -> None:
    assert stage_table(stages()) == [
        "stage           ms    ms/MP  share",
        "read          50.0     2.50     5%  read and decode the file",
        "checksum       5.0     0.25     0%  SHA-256 of the file",
        "network      900.0    45.00    90%  cut tiles, network, score map (12 of 204 tiles)",
        "label          5.0     0.25     0%  find and measure defects",
        "write         40.0     2.00     4%  record; with a defect, overlay and mask",
        "whole       1000.0    50.00   100%  60/min",
        "",
        "Peak memory 512 MB",
        "",
    ]
    assert "Peak memory unknown" in stage_table(stages(peak_mb=None))


def test_settings_without_screening_to_compare() -> None:
    best = Measured(Setting("openvino", 2, 2, False), [Throughput(1500.0, 600.4)])
    torch = Measured(Setting("torch", None, 1, False), problem="torch is not installed")
    assert setting_table([best, torch, Measured(Setting("torch", None, 3, False))], best) == [
        "runtime      streams  lanes   ms/frame  frames/min   memory",
        "openvino           2      2     1500.0        40.0   600 MB  best",
        "torch              –      1  cannot be used: torch is not installed",
        "torch              –      3          –           –        –",
        "Not tried: 1; allow more with --seconds",
    ]


def test_settings_with_and_without_screening() -> None:
    best = Measured(Setting("openvino", 2, 2, True), [Throughput(100.0, None)])
    whole = Measured(Setting("openvino", 2, 2, False), [Throughput(2000.0, 700.0)])
    assert setting_table([best, whole], best) == [
        "runtime      streams  lanes  screening   ms/frame  frames/min   memory",
        "openvino           2      2         on      100.0         600  unknown  best",
        "openvino           2      2        off     2000.0        30.0   700 MB",
    ]
