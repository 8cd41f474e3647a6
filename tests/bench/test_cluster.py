import pytest

from scuff.bench.cluster import Share, share_of


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
