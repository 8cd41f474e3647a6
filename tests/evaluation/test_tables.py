import csv
import json
from pathlib import Path

from scuff.evaluation.counts import Counts
from scuff.evaluation.frames import Evaluation, FrameCounts
from scuff.evaluation.tables import show, text_table, write_csv, write_json

SOUND = Counts(tn=2000)

FRAMES = (
    FrameCounts(
        "a",
        "p1",
        {"defect": Counts(1200, 300, 400, 100), "scratch": Counts(1200, 300, 400, 100), "dent": SOUND},
    ),
    FrameCounts("b", "p2", {"defect": Counts(fp=100, tn=1900), "scratch": Counts(fp=100, tn=1900), "dent": SOUND}),
    FrameCounts("c", "p2", {"defect": SOUND, "scratch": SOUND, "dent": SOUND}),
)
EVALUATION = Evaluation(("scratch", "dent"), FRAMES, threshold=0.4375)

TABLE = """\
         precision  recall     F1    IoU  TP px  FP px  FN px  frames
defect       0.750   0.750  0.750  0.600  1,200    400    400       1
scratch      0.750   0.750  0.750  0.600  1,200    400    400       1
dent             –       –      –      –      0      0      0       0

false alarms on sound frames: 1 of 2 (100 px)
threshold 0.438"""


def test_the_table_is_aligned_and_shows_undefined_figures_as_a_dash() -> None:
    assert text_table(EVALUATION) == TABLE


def test_sound_frames_are_spoken_of_even_where_there_is_nothing_to_say() -> None:
    quiet = Evaluation(("scratch", "dent"), (FRAMES[0], FRAMES[2]), 0.5)
    assert "false alarms on sound frames: 0 of 1\n" in text_table(quiet)
    none = Evaluation(("scratch", "dent"), FRAMES[:1], 0.5)
    assert "false alarms on sound frames: – (there are no sound frames)\n" in text_table(none)


def test_json_holds_counts_figures_and_provenance(tmp_path: Path) -> None:
    write_json(tmp_path / "metrics.json", EVALUATION, {"checkpoint": "abc", "frames": ["test", 3]})
    content = json.loads((tmp_path / "metrics.json").read_text())
    assert content["provenance"] == {"checkpoint": "abc", "frames": ["test", 3]}
    assert (content["threshold"], content["frames"]) == (0.4375, 3)
    assert content["sound_frames"] == {"frames": 2, "with_false_alarm": 1, "false_alarm_px": 100}
    assert list(content["rows"]) == ["defect", "scratch", "dent"]
    assert content["rows"]["defect"] == {
        "precision": 0.75,
        "recall": 0.75,
        "f1": 0.75,
        "iou": 0.6,
        "tp_px": 1200,
        "fp_px": 400,
        "fn_px": 400,
        "tn_px": 4000,
        "frames_with": 1,
    }
    assert content["rows"]["dent"]["f1"] is None


def test_csv_holds_every_count(tmp_path: Path) -> None:
    write_csv(tmp_path / "frames.csv", EVALUATION)
    with (tmp_path / "frames.csv").open(newline="", encoding="utf-8") as file:
        lines = list(csv.reader(file))
    assert lines[0] == ["frame", "part", "class", "tp_px", "fp_px", "fn_px", "tn_px"]
    assert lines[1] == ["a", "p1", "defect", "1200", "300", "400", "100"]
    assert lines[-1] == ["c", "p2", "dent", "0", "0", "0", "2000"]
    assert len(lines) == 1 + 3 * 3


def test_same_evaluation_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_json(tmp_path / f"{name}.json", EVALUATION, {"a": 1})
        write_csv(tmp_path / f"{name}.csv", EVALUATION)
    assert (tmp_path / "one.json").read_bytes() == (tmp_path / "two.json").read_bytes()
    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "two.csv").read_bytes()


def test_show() -> None:
    assert [show(None), show(0.0), show(2 / 3), show(2 / 3, digits=1)] == ["–", "0.000", "0.667", "0.7"]
