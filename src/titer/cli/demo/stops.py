"""The three places where the demo waits for the person at the screen: the alert, the proposal, the disposition."""

from __future__ import annotations

from collections.abc import Callable

from titer.cli.demo.people import PASSWORD, PEOPLE


class Stops:
    """Asks the person at the screen, once for each thing; with robots nobody is asked.

    Args:
        address: of the hub.
        say: tells what happens.
        attended: whether somebody sits at the screen.
    """

    def __init__(self, address: str, say: Callable[[str], None], *, attended: bool) -> None:
        self.attended = attended
        self._address = address
        self._say = say
        self._asked: set[str] = set()

    def ask(self, part: str, what: str, path: str) -> None:
        """Say what is to be done, where, and by whom.

        Args:
            part: who signs.
            what: is to be done, e.g. "dispose of alert AL-2026-0001".
            path: of the page.
        """
        if path in self._asked:
            return
        self._asked.add(path)
        person = PEOPLE[part]
        self._say(
            f"YOUR TURN: {what}\n"
            f"          {self._address}{path}\n"
            f"          as {person.full_name}, {person.part}: user name {person.username}, "
            f"password {PASSWORD} (to log in, and again to sign). The plant waits for you."
        )
