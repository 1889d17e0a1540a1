"""The people of the demo. Each has a log-in; a demo installation is the only place with known passwords."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Person:
    """Somebody of the demo.

    Args:
        username: to log in with.
        full_name: of the person.
        roles: held.
        competencies: trained for.
    """

    username: str
    full_name: str
    roles: tuple[str, ...]
    competencies: tuple[str, ...] = ()


PASSWORD = "titer demo 2026"  # noqa: S105  shown on the demo's own log-in page; refused outside a demo

PEOPLE = (
    Person("okafor", "Maria Okafor", ("quality",)),
    Person("silva", "Rui Silva", ("process_owner",)),
    Person("lindqvist", "Elsa Lindqvist", ("operator",), ("bioreactor-2000L",)),
    Person("mbeki", "Thabo Mbeki", ("operator",), ("bioreactor-2000L",)),
    Person("tanaka", "Yuki Tanaka", ("analyst",), ("sec-hplc", "analyser")),
    Person("novak", "Jana Novak", ("analyst",), ("sec-hplc", "analyser")),
    Person("reyes", "Ana Reyes", ("reviewer",), ("batch-review",)),
    Person("haddad", "Samir Haddad", ("reviewer",), ("batch-review",)),
    Person("weber", "Jonas Weber", ("scientist",), ("process-models",)),
    Person("costa", "Ines Costa", ("scientist",), ("process-models",)),
    Person("berg", "Nils Berg", ("automation",)),
)
ADMINISTRATOR = Person("admin", "Petra Adler", ("administrator",))
