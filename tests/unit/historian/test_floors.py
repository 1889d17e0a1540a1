"""Doubts about channels are looked up once after each commit, and never kept beyond the next."""

from __future__ import annotations

from collections.abc import Sequence

from titer.equipment import Doubts
from titer.historian.floors import Remembered

DOUBT = Doubts(((10, 20),), (), "br-201")


class Asked:
    """Doubts of an installation, and how often somebody asked."""

    def __init__(self) -> None:
        self.held: dict[str, Doubts] = {"A": DOUBT}
        self.questions: list[tuple[tuple[str, ...], int | None]] = []
        self.commits = 1
        self.floors = Remembered(self._answer, lambda: self.commits)

    def _answer(self, tags: Sequence[str], known_at_us: int | None) -> dict[str, Doubts]:
        self.questions.append((tuple(tags), known_at_us))
        return {tag: self.held[tag] for tag in tags if tag in self.held}


def test_a_channel_is_looked_up_once_until_something_is_committed() -> None:
    asked = Asked()
    assert asked.floors(["A", "B"], None) == {"A": DOUBT}
    assert asked.floors(["B", "A", "C"], None) == {"A": DOUBT}
    assert asked.questions == [(("A", "B"), None), (("C",), None)]
    asked.held = {"B": DOUBT}
    asked.commits += 1
    assert asked.floors(["A", "B"], None) == {"B": DOUBT}


def test_what_was_known_at_an_instant_is_asked_each_time() -> None:
    asked = Asked()
    for _ in range(2):
        assert asked.floors(["A"], 5) == {"A": DOUBT}
    assert asked.questions == [(("A",), 5)] * 2
