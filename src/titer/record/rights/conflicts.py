"""The nightly search: duties that ought to be separate and are, or were, in one hand.

What the guards refuse is searched for all the same (Annex 11 s. 12; PIC/S PI 041 s. 9.3): a role may come from
a migration, an older release or from past Titer, and a guard may be wrong. The search looks at what is stored, not
at what the guards would say.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from titer.base.canonical import digest
from titer.record.model import Base, Person, Signature
from titer.record.rights import rules
from titer.record.rights.delegations import roles_with_delegated
from titer.record.rights.model import DutyConflict, RightsSearch
from titer.record.rights.rules import Duty, Separation

if TYPE_CHECKING:
    from titer.record.unit import Unit


@dataclass(frozen=True)
class Found:
    """A conflict as the search sees it.

    Args:
        kind: `roles` or `duties`.
        key: the same conflict has the same key.
        person_id: in whose hand.
        record_type: of the record, or of the person.
        record_id: its id.
        detail: in a sentence.
    """

    kind: str
    key: str
    person_id: str
    record_type: str
    record_id: str
    detail: str


def search(session: Session, separations: Iterable[Separation], unit: Unit) -> RightsSearch:
    """Search now; write what is new, close what is gone, and write that it was searched."""
    rules_now = list(separations)
    people = list(session.scalars(select(Person).order_by(Person.id)))
    found = {one.key: one for one in (*_roles(session, people, unit), *_duties(session, rules_now))}
    known = {row.key: row for row in session.scalars(select(DutyConflict))}
    fresh = [one for key, one in found.items() if key not in known or known[key].gone_at is not None]
    gone = [row for key, row in known.items() if key not in found and row.gone_at is None]
    for one in fresh:
        row = known.get(one.key)
        if row is None:
            row = unit.add(
                DutyConflict(
                    key=one.key,
                    kind=one.kind,
                    person_id=one.person_id,
                    record_type=one.record_type,
                    record_id=one.record_id,
                    detail=one.detail,
                    found_at=unit.now,
                )
            )
        else:
            row.gone_at = None
            unit.flush()
        unit.emit(
            "record.conflict.found",
            row,
            {"kind": one.kind, "detail": one.detail, "key": one.key, "version": row.version},
        )
    for row in gone:
        row.gone_at = unit.now
    return unit.add(
        RightsSearch(
            rules_digest=digest(
                [rule.key for rule in rules.ROLE_CONFLICTS] + sorted(rule.key for rule in rules_now)
            ),
            rules_count=len(rules.ROLE_CONFLICTS) + len(rules_now),
            people=len(people),
            found=len(fresh),
            gone=len(gone),
            standing=len(found),
            searched_at=unit.now,
        )
    )


def _roles(session: Session, people: Iterable[Person], unit: Unit) -> Iterator[Found]:
    """People whose roles, delegated ones among them, conflict; a disabled account can do nothing."""
    for person in people:
        if not person.active:
            continue
        for rule in rules.against_roles(roles_with_delegated(session, person.id, unit.now)):
            one, other = rule.one.replace("_", " "), rule.other.replace("_", " ")
            yield Found(
                "roles",
                f"roles/{person.id}/{rule.key}",
                person.id,
                Person.__tablename__,
                person.id,
                f"{person.full_name} is {one} and {other}. {rule.why}",
            )


def _duties(session: Session, separations: Iterable[Separation]) -> Iterator[Found]:
    """Records of which one person did both duties."""
    names = {person.id: person.full_name for person in session.scalars(select(Person))}
    for rule in separations:
        first = _hands(session, rule.record_type, rule.one)
        for record_id, people in _hands(session, rule.record_type, rule.other).items():
            for person_id in sorted(people & first.get(record_id, set())):
                if person_id not in names:
                    continue
                yield Found(
                    "duties",
                    f"duties/{rule.key}/{record_id}/{person_id}",
                    person_id,
                    rule.record_type,
                    record_id,
                    f"{names[person_id]} is {rule.one.words} and {rule.other.words} of the same "
                    f"{_noun(rule.record_type)}.",
                )


def _hands(session: Session, record_type: str, duty: Duty) -> dict[str, set[str]]:
    """Who did a duty, by record; for a signature given in another's place, both."""
    found: dict[str, set[str]] = {}
    if duty.column:
        table = Base.metadata.tables[record_type]
        column = table.c[duty.column]
        for record_id, person_id in session.execute(select(table.c.id, column).where(column.is_not(None))):
            found.setdefault(record_id, set()).add(person_id)
        return found
    for row in session.scalars(
        select(Signature).where(Signature.record_type == record_type, Signature.meaning == duty.meaning)
    ):
        people = found.setdefault(row.record_id, set())
        people.add(row.person_id)
        instead = row.content.get("on_behalf_of")
        if instead:
            people.add(instead["id"])
    return found


def _noun(record_type: str) -> str:
    return record_type.partition("_")[2].replace("_", " ")
