"""What changed between two versions of a recipe, in words of the recipe and not of its lines."""

from __future__ import annotations

import json
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any


@dataclass(frozen=True)
class Difference:
    """One change.

    Args:
        where: the part of the recipe, e.g. `formula / vcd_target / value`.
        change: "added", "removed" or "changed".
        before, after: the part's text; "" where there is none.
    """

    where: str
    change: str
    before: str
    after: str

    def plain(self) -> dict[str, str]:
        """As it is shown."""
        return {"where": self.where, "change": self.change, "before": self.before, "after": self.after}


def difference(old: dict[str, Any], new: dict[str, Any]) -> tuple[Difference, ...]:
    """All changes from one recipe content to another, steps matched by what they are and not by their number."""
    found: list[Difference] = []
    _compare(old, new, (), found)
    return tuple(found)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True, ensure_ascii=False)


def _note(where: tuple[str, ...], change: str, before: Any, after: Any, found: list[Difference]) -> None:
    text = [("" if value is None else _text(value)) for value in (before, after)]
    found.append(Difference(" / ".join(where), change, text[0], text[1]))


def _compare(old: Any, new: Any, where: tuple[str, ...], found: list[Difference]) -> None:
    if old == new:
        return
    if isinstance(old, dict) and isinstance(new, dict):
        for key in sorted(old.keys() | new.keys()):
            if key not in new:
                _note((*where, key), "removed", old[key], None, found)
            elif key not in old:
                _note((*where, key), "added", None, new[key], found)
            else:
                _compare(old[key], new[key], (*where, key), found)
    elif isinstance(old, list) and isinstance(new, list):
        _compare_lists(old, new, where, found)
    else:
        _note(where, "changed", old, new, found)


def _name(item: Any) -> str:
    """What a step or entry is, so that it is recognised when others are put before it."""
    if isinstance(item, dict):
        kind = item.get("kind")
        if kind == "parallel":
            return "parallel"
        if kind:
            return f"{kind} {item.get('title') or _text(item[kind])}"
        return str(item.get("name", _text(item)))
    return _text(item)


def _compare_lists(old: list[Any], new: list[Any], where: tuple[str, ...], found: list[Difference]) -> None:
    before, after = [_name(item) for item in old], [_name(item) for item in new]
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal" or (tag == "replace" and i2 - i1 == j2 - j1):
            for left, right in zip(range(i1, i2), range(j1, j2), strict=True):
                same_kind = isinstance(old[left], dict) and isinstance(new[right], dict)
                if tag == "equal" or (same_kind and old[left].get("kind") == new[right].get("kind")):
                    _compare(old[left], new[right], (*where, after[right]), found)
                else:
                    _note((*where, before[left]), "removed", old[left], None, found)
                    _note((*where, after[right]), "added", None, new[right], found)
            continue
        for left in range(i1, i2):
            _note((*where, before[left]), "removed", old[left], None, found)
        for right in range(j1, j2):
            _note((*where, after[right]), "added", None, new[right], found)
