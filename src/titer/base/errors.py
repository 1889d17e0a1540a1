"""One family of errors, in words that a lab person knows: what happened, why, and what to do next.

HTTP status codes are no business of the domain; the server maps the classes onto RFC 9457 problem details.
"""

from __future__ import annotations


class TiterError(Exception):
    """Something could not be done.

    Args:
        what: what happened, one sentence.
        why: the reason, if it is known.
        do: what the person can do about it.
    """

    title = "It could not be done"

    def __init__(self, what: str, *, why: str = "", do: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.why = why
        self.do = do

    def __str__(self) -> str:
        return " ".join(part for part in (self.what, self.why, self.do) if part)


class NotFound(TiterError):
    """No such record."""

    title = "Not found"


class Refused(TiterError):
    """A rule of the domain forbids it: a guard, a state table, a segregation of duties."""

    title = "Refused"


class Conflict(TiterError):
    """It is there already, or another thing holds it."""

    title = "Conflict"


class StaleVersion(Conflict):
    """The record has changed since it was read."""

    title = "Changed in the meantime"


class NotAuthenticated(TiterError):
    """Nobody is logged in, or the session has ended."""

    title = "Log in first"


class WrongCredentials(NotAuthenticated):
    """The proof of identity failed; a session that is open stays open."""

    title = "Not recognised"


class ProofIncomplete(WrongCredentials):
    """What was given to prove an identity is right, and more is asked for.

    Args:
        needs: `second_factor`, `identification`, `password`, or `proof` (that of the session is too old).
        offers: the second factors that the person has.
    """

    title = "One thing more"

    def __init__(
        self, what: str, *, needs: str, offers: tuple[str, ...] = (), why: str = "", do: str = ""
    ) -> None:
        super().__init__(what, why=why, do=do)
        self.needs = needs
        self.offers = offers


class TooManyAttempts(TiterError):
    """Proofs of identity failed too often; the next is looked at later.

    Args:
        seconds: how long to wait.
    """

    title = "Too many attempts"

    def __init__(self, what: str, *, why: str = "", do: str = "", seconds: int) -> None:
        super().__init__(what, why=why, do=do)
        self.seconds = seconds


class NotAuthorised(TiterError):
    """The person is known, but has no right to do this."""

    title = "No right to do this"


class Invalid(TiterError):
    """The input is malformed.

    Args:
        where: the field, or `line L, column C` of a file.
    """

    title = "Invalid input"

    def __init__(self, what: str, *, where: str = "", why: str = "", do: str = "") -> None:
        super().__init__(what, why=why, do=do)
        self.where = where

    def __str__(self) -> str:
        text = super().__str__()
        return f"{self.where}: {text}" if self.where else text


class TooLarge(Invalid):
    """What comes in has more bytes than are taken."""

    title = "Too large"


class Unavailable(TiterError):
    """A device, a service or a resource cannot be reached now."""

    title = "Not available now"


class Stopped(Unavailable):
    """Storage failed, so nothing is written and nothing acknowledged until the process is started again.

    What the last change became is not known: it may be found stored afterwards, so who asked for it asks again.
    """

    title = "Writing has stopped"


class IntegrityFault(TiterError):
    """The record does not hold: something was changed outside Titer."""

    title = "The record does not hold"
