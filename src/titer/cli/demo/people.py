"""The people of the demo, and the robots that do their work while nobody is at the screen.

A robot has a log-in of its own, and each of its signatures reads "demo robot for ...": a signature is always a
person's, or says whose robot it is (21 CFR 11.50, 11.100). The people's log-ins are for whoever watches the demo.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Person:
    """Somebody of the demo.

    Args:
        part: what they are in the demo, e.g. "second operator"; a robot acts for it.
        username: to log in with.
        full_name: of the person.
        roles: held.
        competencies: trained for.
    """

    part: str
    username: str
    full_name: str
    roles: tuple[str, ...]
    competencies: tuple[str, ...] = ()

    @property
    def robot(self) -> str:
        """User name of the robot that acts for this part."""
        return "robot-" + self.part.replace(" ", "-")


PASSWORD = "titer demo 2026"  # noqa: S105  of the people, shown on the terminal; a demo is never a real installation

OPERATOR, SECOND_OPERATOR = "operator", "second operator"
ANALYST, SECOND_ANALYST = "analyst", "second analyst"
REVIEWER, SECOND_REVIEWER = "reviewer", "second reviewer"
SCIENTIST, SECOND_SCIENTIST, OWNER = "scientist", "second scientist", "process owner"
QUALITY, AUTOMATION = "quality unit", "automation engineer"
ADMINISTRATOR, INSPECTOR = "administrator", "inspector"

PEOPLE = {
    person.part: person
    for person in (
        Person(ADMINISTRATOR, "admin", "Petra Adler", ("administrator",)),
        Person(QUALITY, "okafor", "Maria Okafor", ("quality",)),
        Person(OWNER, "silva", "Rui Silva", ("process_owner",)),
        Person(OPERATOR, "lindqvist", "Elsa Lindqvist", ("operator",), ("bioreactor-2000L",)),
        Person(SECOND_OPERATOR, "mbeki", "Thabo Mbeki", ("operator",), ("bioreactor-2000L",)),
        Person(ANALYST, "tanaka", "Yuki Tanaka", ("analyst",), ("sec-hplc", "analyser")),
        Person(SECOND_ANALYST, "novak", "Jana Novak", ("analyst",), ("sec-hplc", "analyser")),
        Person(REVIEWER, "reyes", "Ana Reyes", ("reviewer",), ("batch-review",)),
        Person(SECOND_REVIEWER, "haddad", "Samir Haddad", ("reviewer",), ("batch-review",)),
        Person(SCIENTIST, "weber", "Jonas Weber", ("scientist",), ("process-models",)),
        Person(SECOND_SCIENTIST, "costa", "Ines Costa", ("scientist",), ("process-models",)),
        Person(AUTOMATION, "berg", "Nils Berg", ("automation",)),
        Person(INSPECTOR, "lund", "Ingrid Lund", ("inspector",)),
    )
}
