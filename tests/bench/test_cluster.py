from types import SimpleNamespace

import pytest

from scuff.bench.cluster import Share, share_of
from scuff.core.ray_cluster import smallest_node


@pytest.mark.parametrize(
    ("node", "at_once", "share"),
    [
        ({"CPU": 2.0, "memory": 16e9}, None, Share(2, 0, 16_000_000_000)),
        ({"CPU": 8.0, "memory": 16e9}, 2, Share(4, 0, 8_000_000_000)),
        ({"CPU": 16.0, "GPU": 4.0, "memory": 64e9}, None, Share(4, 1, 16_000_000_000)),
        ({"CPU": 16.0, "GPU": 1.0, "memory": 64e9}, 2, Share(8, 0.5, 32_000_000_000)),
        ({"CPU": 1.0}, 4, Share(1, 0, 0)),
    ],
)
def test_share_of_a_machine(node: dict[str, float], at_once: int | None, share: Share) -> None:
    assert share_of(node, at_once) == share


def ray_with(*nodes: dict[str, float], dead: int = 0) -> SimpleNamespace:
    """What Ray says of its machines."""
    known = [{"Alive": number >= dead, "Resources": node} for number, node in enumerate(nodes)]
    return SimpleNamespace(nodes=lambda: known)


def test_the_smallest_machine_in_each_respect() -> None:
    ray = ray_with({"CPU": 8.0, "memory": 4e9}, {"CPU": 2.0, "memory": 16e9}, {"memory": 1e9})
    assert smallest_node(ray) == {"CPU": 2.0, "GPU": 0.0, "memory": 4e9}


def test_machines_without_a_gpu_stand_aside_where_others_have_one() -> None:
    ray = ray_with({"CPU": 4.0, "memory": 8e9}, {"CPU": 64.0, "GPU": 8.0, "memory": 512e9})
    assert share_of(smallest_node(ray)) == Share(8, 1.0, 64_000_000_000)


def test_dead_machines_do_not_count() -> None:
    assert smallest_node(ray_with({"CPU": 1.0}, {"CPU": 4.0, "memory": 1e9}, dead=1))["CPU"] == 4.0
