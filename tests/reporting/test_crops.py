from pathlib import Path

import pytest

from scuff.core.errors import CheckpointError
from scuff.reporting.crops import SHOWN, show, worst
from scuff.reporting.facts import gather
from scuff.training.assess import DEFECTS
from scuff.training.run import Run

HEAD = (
    "part,frame,outcome,class,found_as,score,overlap,left_px,top_px,right_px,bottom_px,"
    "area_px,length_px,area_mm2,length_mm"
)


def table(folder: Path, *lines: str) -> Path:
    path = folder / "defects.csv"
    path.write_text("\n".join([HEAD, *lines, ""]))
    return path


def test_largest_misses_and_surest_alarms_come_first(tmp_path: Path) -> None:
    path = table(
        tmp_path,
        "P1,a,missed,dent,,,0,1,1,3,3,4,2,,",
        "P1,b,missed,scratch,,,0,1,1,9,2,8,8,,1.5",
        "P1,c,found,scratch,scratch,0.9,1,1,1,9,2,80,8,,",
        "P2,d,false alarm,dent,dent,0.6,,0,0,9,9,81,9,,",
        "P2,e,false alarm,dent,dent,0.9,,0,0,2,2,4,2,,",
    )
    missed, alarms = worst(path)
    assert [(each.frame, each.area_px, each.length, each.score) for each in missed] == [
        ("b", 8, "1.5 mm", None),
        ("a", 4, "2 px", None),
    ]
    assert [(each.frame, each.score) for each in alarms] == [("e", 0.9), ("d", 0.6)]


def test_one_bad_frame_does_not_fill_the_page(tmp_path: Path) -> None:
    same = [f"P1,a,missed,dent,,,0,{x},1,{x + 2},3,{90 + x},2,," for x in range(9)]
    others = [f"P1,f{x},missed,dent,,,0,1,1,3,3,4,2,," for x in range(20)]
    missed, _ = worst(table(tmp_path, *same, *others))
    assert [each.frame for each in missed].count("a") == 2
    assert len(missed) == SHOWN


def test_without_the_table_there_is_nothing_to_show(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match=r"defects.csv: is missing; run `scuff evaluate` again"):
        worst(tmp_path / "defects.csv")


def test_what_went_wrong_is_cut_out_of_its_frame(counted_run: Run) -> None:
    facts = gather(counted_run.folder)
    missed, alarms = worst(facts.evaluation / DEFECTS)
    assert [*missed, *alarms]
    for shown, wrong in zip(show([*missed, *alarms], facts.catalogue), [*missed, *alarms], strict=True):
        assert shown.wrong == wrong
        assert shown.crop != shown.bare
        assert shown.crop.startswith("data:image/jpeg;base64,")
