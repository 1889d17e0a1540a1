"""Pure decisions of the plant floor: state tables, rights, limits, who may sign. No I/O."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from titer.base.errors import Invalid, Refused

RECIPE: dict[str, dict[str, str]] = {
    "draft": {"author": "in review", "retire": "retired"},
    "in review": {"check": "in review", "approve": "approved", "return": "draft"},
    "approved": {"make_effective": "effective", "retire": "retired"},
    "effective": {"supersede": "superseded", "retire": "retired"},
    "superseded": {"retire": "retired"},
    "retired": {},
}
TASK: dict[str, dict[str, str]] = {
    "offered": {"enter": "entered", "cancel": "cancelled"},
    "entered": {"witness": "witnessed", "accept": "accepted", "cancel": "cancelled"},
    "witnessed": {"accept": "accepted"},
    "accepted": {},
    "cancelled": {},
}
ALLOCATION: dict[str, dict[str, str]] = {
    "requested": {"grant": "granted", "cancel": "cancelled"},
    "granted": {"release": "released"},
    "released": {},
    "cancelled": {},
}
ADJUSTMENT: dict[str, dict[str, str]] = {
    "accepted": {"apply": "applied", "fail": "failed"},
    "applied": {},
    "failed": {},
    "refused": {},
}
TABLES = {"recipe": RECIPE, "task": TASK, "allocation": ALLOCATION, "adjustment": ADJUSTMENT}


def move(thing: str, state: str, event: str) -> str:
    """The state that an event leads to.

    Raises:
        Refused: if the table has no such move.
    """
    to = TABLES[thing].get(state, {}).get(event)
    if to is None:
        raise Refused(f"{event!r} is not possible: the {thing} is {state}.")
    return to


@dataclass(frozen=True)
class Signers:
    """Who has signed a master recipe so far."""

    author: str | None
    checker: str | None
    approver: str | None


def recipe_blockers(state: str, meaning: str, signers: Signers, person: str) -> list[str]:
    """Why a master recipe may not be signed: author, second check and quality unit are three people (211.186)."""
    reasons = []
    if meaning == "authored":
        if state != "draft":
            reasons.append(f"The recipe is {state}; only a draft is signed by its author.")
        return reasons
    if state != "in review":
        reasons.append(f"The recipe is {state}, not in review.")
    if meaning == "checked" and signers.checker is not None:
        reasons.append("The independent second check was signed already.")
    if meaning == "approved" and signers.checker is None:
        reasons.append("The independent second check is missing.")
    if person in (signers.author, signers.checker):
        reasons.append("Author, second check and quality unit must be three people (21 CFR 211.186).")
    return reasons


@dataclass(frozen=True)
class Judged:
    """An entry as it was understood.

    Args:
        value: the number; None for text.
        inside: within its limits; None where it has none.
    """

    name: str
    text: str
    value: Decimal | None
    inside: bool | None


def judge(form: dict[str, Any], given: dict[str, str]) -> list[Judged]:
    """Read and judge the entries of a task.

    Raises:
        Invalid: for a missing, unknown or unreadable entry, naming it.
    """
    entries = {entry["name"]: entry for entry in form.get("entries", [])}
    for name in given:
        if name not in entries:
            known = ", ".join(entries) or "none"
            raise Invalid(f"This task has no entry {name!r}; it has {known}.", where=name)
    found = []
    for name, entry in entries.items():
        text = given.get(name, "").strip()
        if not text:
            if entry.get("optional"):
                continue
            raise Invalid(f"{entry.get('prompt', name)} is missing.", where=name, do="Enter it.")
        found.append(judge_one(entry, text))
    return found


def judge_one(entry: dict[str, Any], text: str) -> Judged:
    """Read and judge one entry.

    Raises:
        Invalid: if the text is not of the entry's type.
    """
    name, kind = entry["name"], entry.get("type", "number")
    if kind == "number":
        try:
            value = Decimal(text)
        except InvalidOperation:
            value = Decimal("NaN")
        if not value.is_finite():
            raise Invalid(f"{text!r} is no number.", where=name, do=f"Enter a number in {entry['unit']}.")
        limits = [Decimal(entry[key]) if key in entry else None for key in ("low", "high")]
        if limits == [None, None]:
            return Judged(name, text, value, None)
        low, high = limits
        return Judged(name, text, value, (low is None or value >= low) and (high is None or value <= high))
    if kind == "yes":
        if text not in ("yes", "no"):
            raise Invalid(f"{entry.get('prompt', name)}: answer yes or no.", where=name)
        return Judged(name, text, None, text == "yes")
    if kind == "choice" and text not in entry["choices"]:
        raise Invalid(f"{text!r} is none of {', '.join(entry['choices'])}.", where=name)
    return Judged(name, text, None, None)


def formula(content: dict[str, Any], given: dict[str, str]) -> dict[str, dict[str, str]]:
    """The formula of a batch: the recipe's values, with those that the order sets, inside their limits.

    Raises:
        Invalid: for an unknown parameter or a value that is no number.
        Refused: for a value outside the recipe's limits.
    """
    parameters: dict[str, Any] = content.get("formula", {})
    unknown = sorted(set(given) - set(parameters))
    if unknown:
        raise Invalid(f"The recipe has no formula parameter {unknown[0]!r}.", where=unknown[0])
    result = {}
    for name, raw in parameters.items():
        value = given.get(name, raw["value"])
        try:
            number = Decimal(value)
        except InvalidOperation:
            raise Invalid(f"{value!r} is no number.", where=name) from None
        low, high = raw.get("low"), raw.get("high")
        outside = (low is not None and number < Decimal(low)) or (high is not None and number > Decimal(high))
        if outside or not number.is_finite():
            raise Refused(
                f"{name} = {value} {raw['unit']} lies outside the recipe's limits, {low} to {high}."
            )
        result[name] = {"value": value, "unit": raw["unit"]}
    return result
