import pytest

from scuff.bench.share import Share, share_of

Node = dict[str, float]


def at_once(share: Share, node: Node) -> int:
    """How many trainings Ray puts on a machine; the share of a GPU lies on one, never on two."""
    limits = [node["CPU"] / share.cores, node.get("memory", 0) / share.memory]
    if share.gpus:
        limits.append(node.get("GPU", 0) * int(1 / share.gpus))
    return int(min(limits))


@pytest.mark.parametrize(
    ("node", "count", "share"),
    [
        ({"CPU": 2.0, "memory": 16e9}, None, Share(2, 0, 16_000_000_000)),
        ({"CPU": 8.0, "memory": 16e9}, 2, Share(4, 0, 8_000_000_000)),
        ({"CPU": 16.0, "GPU": 4.0, "memory": 64e9}, None, Share(4, 1, 16_000_000_000)),
        ({"CPU": 16.0, "GPU": 1.0, "memory": 64e9}, 2, Share(8, 0.5, 32_000_000_000)),
        ({"CPU": 1.0}, 4, Share(0.25, 0, 0)),
    ],
)
def test_share_of_a_machine(node: Node, count: int | None, share: Share) -> None:
    assert share_of([node], count) == share


@pytest.mark.parametrize("count", range(1, 13))
@pytest.mark.parametrize("gpus", [0.0, 1.0, 2.0, 4.0])
@pytest.mark.parametrize("cores", [2.0, 7.0, 16.0])
def test_as_many_run_at_once_as_are_asked_for(count: int, gpus: float, cores: float) -> None:
    node = {"CPU": cores, "GPU": gpus, "memory": 1e12}
    assert at_once(share_of([node], count), node) == count


def test_machines_of_few_and_of_many_gpus_train_on_each_of_them() -> None:
    small, large = {"CPU": 16.0, "GPU": 1.0, "memory": 64e9}, {"CPU": 64.0, "GPU": 8.0, "memory": 768e9}
    share = share_of([small, large])
    assert share == Share(8, 1, 64_000_000_000)
    assert (at_once(share, small), at_once(share, large)) == (1, 8)
    share = share_of([large, small], 2)
    assert (at_once(share, small), at_once(share, large)) == (2, 16)


def test_the_smallest_machine_without_gpus_sets_the_share() -> None:
    small, large = {"CPU": 2.0, "memory": 8e9}, {"CPU": 64.0, "memory": 256e9}
    share = share_of([large, small])
    assert share == Share(2, 0, 8_000_000_000)
    assert at_once(share, large) == 32


def test_the_smallest_in_each_respect() -> None:
    assert share_of([{"CPU": 8.0, "memory": 4e9}, {"CPU": 2.0, "memory": 16e9}]) == Share(2, 0, 4_000_000_000)


def test_machines_without_a_gpu_stand_aside_where_others_have_one() -> None:
    share = share_of([{"CPU": 4.0, "memory": 8e9}, {"CPU": 64.0, "GPU": 8.0, "memory": 512e9}])
    assert share == Share(8, 1, 64_000_000_000)
    assert not share.fits({"CPU": 64.0, "memory": 512e9})
    assert share.fits({"CPU": 8.0, "GPU": 1.0, "memory": 64e9})
    assert str(share) == "1 GPU, 8 CPU and 59.6 GiB of memory"


def test_a_cluster_that_cannot_work_is_asked_for_a_core() -> None:
    assert share_of([]) == Share(1, 0, 0)


@pytest.mark.parametrize(("cores", "threads"), [(0.25, 1), (1.0, 1), (2.75, 2)])
def test_threads(cores: float, threads: int) -> None:
    assert Share(cores, 0, 0).threads == threads
