from collections.abc import Callable

from scuff.bench.notes import notes
from scuff.bench.plan import Plan, trials_of
from scuff.bench.results import Result
from scuff.bench.states import Stage, State
from scuff.dataset.patches import Patches
from scuff.evaluation.counts import Counts


def test_what_is_missing_and_what_the_figures_are_of(make_plan: Callable[..., Plan], patches: Patches) -> None:
    trials = trials_of(make_plan(seeds=[0, 1]))
    states = [State(Stage.DONE), State(Stage.FAILED, problem="out of memory"), State(Stage.TRAINING), State(Stage.DONE)]
    counts = {"P1": Counts(tp=1), "P2": Counts(tp=1)}
    results = [Result(trials[number], {}, counts, 2, 1.0, f"{number}" * 40) for number in (0, 3)]
    missing, measured, speed = notes(trials, states, results, patches.record, "a processor, 2 cores")
    assert missing == (
        "2 of 4 trainings are not in this table: test_resnet_dice_seed-0 (failed: out of memory); "
        "test_efficientnet_dice_seed-1 (training)."
    )
    assert measured.startswith(f"2 test parts. Patches of {patches.record.size_px} px; split ")
    assert patches.record.split_sha256[:12] in measured
    assert measured.endswith("; commit 000000000000, 333333333333.")
    assert speed == "ms / MP: OpenVINO in fp32 on a processor, 2 cores."


def test_nothing_is_said_of_what_is_not_so(make_plan: Callable[..., Plan], patches: Patches) -> None:
    trials = trials_of(make_plan())
    (measured,) = notes(trials, [State(Stage.DONE)] * 2, [], patches.record, "")
    assert measured.startswith("0 test parts.")
    assert measured.endswith("(SHA-256).")
