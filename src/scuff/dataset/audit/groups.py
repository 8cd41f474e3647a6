"""Pictures that belong together, because pairs of them do."""

from collections import defaultdict
from collections.abc import Iterable, Sequence


class Joining:
    """Joins things to groups, pair by pair (union–find).

    Attributes:
        head: For each thing another one of its group, or itself.
    """

    def __init__(self, things: Iterable[str]) -> None:
        self.head = {thing: thing for thing in things}
        self._size = dict.fromkeys(self.head, 1)

    def of(self, thing: str) -> str:
        """Name the group that a thing is in, by one of its members."""
        while self.head[thing] != thing:
            self.head[thing] = self.head[self.head[thing]]
            thing = self.head[thing]
        return thing

    def joint_size(self, first: str, second: str) -> int:
        """How large the group would be in which both are."""
        a, b = self.of(first), self.of(second)
        return self._size[a] if a == b else self._size[a] + self._size[b]

    def join(self, first: str, second: str) -> None:
        """Put both into one group."""
        a, b = sorted((self.of(first), self.of(second)))
        if a != b:
            self.head[b] = a
            self._size[a] += self._size.pop(b)

    def groups(self) -> tuple[tuple[str, ...], ...]:
        """Groups of two and more, their members sorted, the groups by their first members."""
        members: defaultdict[str, list[str]] = defaultdict(list)
        for thing in self.head:
            members[self.of(thing)].append(thing)
        return tuple(sorted(tuple(sorted(group)) for group in members.values() if len(group) > 1))


def joined(things: Sequence[str], pairs: Iterable[tuple[str, str]]) -> Joining:
    """Join things by pairs of them."""
    joining = Joining(things)
    for first, second in pairs:
        joining.join(first, second)
    return joining
