"""Two sides are compared without regard to their order; a sample follows from its seed; the latest word counts."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from titer.systems import rules
from titer.systems.rules import Entry, Home

SIDES = st.dictionaries(st.text(max_size=4), st.sampled_from("ab"), max_size=8)


def side(rows: dict[str, str]) -> list[Entry]:
    return [Entry(key, value * 64, "2026", {"V": value}) for key, value in rows.items()]


@given(SIDES, SIDES, st.randoms(use_true_random=False))
def test_digests_agree_exactly_where_no_record_differs(
    one: dict[str, str], other: dict[str, str], dice: object
) -> None:
    there, here = side(one), side(other)
    dice.shuffle(there)  # type: ignore[attr-defined]
    assert (rules.total(there) == rules.total(here)) is (one == other)
    found = {(item.kind, item.key) for item in rules.compare(there, here)}
    assert found == (
        {("missing here", key) for key in one.keys() - other.keys()}
        | {("missing there", key) for key in other.keys() - one.keys()}
        | {("differs", key) for key in one.keys() & other.keys() if one[key] != other[key]}
    )


def test_anybody_can_compute_a_sides_digest_anew() -> None:
    lines = sorted(f"{hashlib.sha256(key).hexdigest()} {'a' * 64}\n" for key in (b"1", b"2"))
    assert (
        rules.total(side({"2": "a", "1": "a"})).digest == hashlib.sha256("".join(lines).encode()).hexdigest()
    )


def test_a_sample_follows_from_its_seed_alone() -> None:
    keys = [str(number) for number in range(100)]
    assert rules.draw(7, keys, 5) == rules.draw(7, reversed(keys), 5)
    assert rules.draw(7, keys, 5) != rules.draw(8, keys, 5)
    assert len(rules.draw(7, keys[:3], 5)) == 3


def test_the_latest_declaration_that_covers_a_record_counts() -> None:
    def at(year: int) -> datetime:
        return datetime(year, 1, 1, tzinfo=UTC)

    declared = [
        Home("1", "result", "LabWare", frozenset(), at(2010)),
        Home("2", "result", "Titer", frozenset({"MAB-7"}), at(2025)),
        Home("3", "result", "Empower", frozenset(), at(2030)),
    ]

    def owner(material: str | None, year: int) -> str | None:
        found = rules.home(declared, "result", material, at(year))
        return found.system if found else None

    assert owner("MAB-7", 2009) is None
    assert (owner("MAB-7", 2024), owner("MAB-7", 2026), owner("MAB-9", 2026)) == (
        "LabWare",
        "Titer",
        "LabWare",
    )
    assert owner("MAB-7", 2031) == "Empower"
    assert rules.home(declared, "batch", "MAB-7", at(2026)) is None
