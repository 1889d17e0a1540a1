"""ASDF, the packed numbers of JCAMP-DX: AFFN, PAC, SQZ, DIF and DUP.

After McDonald and Wilks, Applied Spectroscopy 42 (1988) 151. A line begins with its abscissa, ordinates follow. SQZ
writes sign and first digit as one letter (`@` 0, `A`-`I` 1 to 9, `a`-`i` -1 to -9), DIF the difference to the
ordinate before (`%` 0, `J`-`R` 1 to 9, `j`-`r` -1 to -9), DUP how often the last one is repeated (`S`-`Z`, `s`: 1 to
9). A line that follows one that ended in DIF begins with the last ordinate again: the y-check, which finds what was
lost or changed in between. An exponent bears its sign (`1.5E+3`): without one, `E` is the digit five of SQZ.
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

_SQZ = {**{letter: str(at) for at, letter in enumerate("@ABCDEFGHI")}}
_SQZ |= {letter: f"-{at}" for at, letter in enumerate("abcdefghi", 1)}
_DIF = {letter: str(at) for at, letter in enumerate("%JKLMNOPQR")}
_DIF |= {letter: f"-{at}" for at, letter in enumerate("jklmnopqr", 1)}
_DUP = {letter: str(at) for at, letter in enumerate("STUVWXYZs", 1)}
_TOKEN = re.compile(
    r"(?P<affn>[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-][0-9]{1,4})?)"
    r"|(?P<packed>[@A-Ia-i%J-Rj-rS-Zs])(?P<digits>[0-9]*\.?[0-9]*)"
    r"|(?P<missing>\?)"
    r"|(?P<space>[\s,;]+)"
)
MAXIMAL_REPEATS = 1_000_000
_LONGEST = 40


class Faulty(Exception):
    """A line that cannot be read; the text says why."""


class Line:
    """What a line holds.

    Attributes:
        x: its abscissa, as written.
        y: its ordinates; None for one that is missing ("?").
        check: the ordinate that repeats the last one of the line before, where the line before ended in DIF.
        differs: whether it ends in DIF.
    """

    __slots__ = ("check", "differs", "x", "y")

    def __init__(self, x: Decimal, y: list[Decimal | None], check: Decimal | None, differs: bool) -> None:
        self.x, self.y, self.check, self.differs = x, y, check, differs


def read_line(text: str, *, after_difference: bool, room: int) -> Line:
    """One line of `(X++(Y..Y))`.

    Args:
        text: without comment.
        after_difference: whether the line before ended in DIF, so that this one begins with a y-check.
        room: most ordinates that may follow.

    Raises:
        Faulty: if it is none.
    """
    abscissa: Decimal | None = None
    ordinates: list[Decimal | None] = []
    last, step = Decimal(0), None
    place = 0
    while place < len(text):
        found = _TOKEN.match(text, place)
        if found is None:
            raise Faulty(f"{text[place : place + 20]!r} is no number")
        place = found.end()
        if found["space"]:
            continue
        if abscissa is None:
            if not found["affn"]:
                raise Faulty("it does not begin with an abscissa")
            abscissa = number(found["affn"])
            continue
        if found["missing"]:
            ordinates.append(None)
            step = None
            continue
        if found["affn"]:
            last, step = number(found["affn"]), None
            ordinates.append(last)
        else:
            letter, digits = found["packed"], found["digits"]
            if letter in _DUP:
                times = number(_DUP[letter] + digits)
                if times != int(times) or not ordinates or times - 1 + len(ordinates) > room + 1:
                    raise Faulty(f"it repeats a value {times} times")
                for _ in range(int(times) - 1):
                    if step is not None:
                        last += step
                    ordinates.append(None if ordinates[-1] is None else last)
                continue
            if letter in _SQZ:
                last, step = number(_SQZ[letter] + digits), None
            else:
                if not ordinates:
                    raise Faulty("it begins with a difference")
                step = number(_DIF[letter] + digits)
                last += step
            ordinates.append(last)
        if len(ordinates) > room + 1:
            raise Faulty("more values follow than were promised")
    if abscissa is None:
        raise Faulty("it is empty")
    check = None
    if after_difference and ordinates:
        check = ordinates.pop(0)
    return Line(abscissa, ordinates, check, step is not None)


def number(text: str) -> Decimal:
    """A number of a reasonable length.

    Raises:
        Faulty: if it is none.
    """
    try:
        found = Decimal(text) if len(text) <= _LONGEST else Decimal("NaN")
    except InvalidOperation:
        found = Decimal("NaN")
    if not found.is_finite() or (found and abs(found.adjusted()) > 400):
        raise Faulty(f"{text[:_LONGEST]!r} is no number")
    return found
