from scuff.dataset.audit.runs import runs

IMAGES = {f"f{run}{n}": f"exp{n}_num_{run * 5000 + 20 * n}" for run in range(10) for n in range(6)}
PAIRS = [(f"f{run}{n}", f"f{run}{n + 1}") for run in range(10) for n in range(5)]


def test_runs_that_the_pictures_bear_out() -> None:
    found = runs(IMAGES, PAIRS)
    assert len(found) == 10
    assert found[0] == ("f00", "f01", "f02", "f03", "f04", "f05")


def test_names_are_not_believed_without_witnesses() -> None:
    assert runs(IMAGES, PAIRS[:5]) == ()


def test_names_are_not_believed_when_scenes_lie_in_different_runs() -> None:
    assert runs(IMAGES, [(f"f{run}0", f"f{run + 1}3") for run in range(9)] * 3) == ()


def test_one_long_run_says_nothing() -> None:
    assert runs({frame: f"{index:04}" for index, frame in enumerate(IMAGES)}, PAIRS) == ()


def test_names_without_numbers_say_nothing() -> None:
    assert runs(IMAGES | {"g": "lid"}, PAIRS) == ()
