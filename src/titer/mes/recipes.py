"""Use cases of master recipes: submit, sign, return, make effective, retire."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from titer.base.errors import Conflict, NotFound, Refused
from titer.mes import rules
from titer.mes.model import Recipe
from titer.mes.recipe import Difference, difference, require
from titer.record import Actor, Signature, SignatureMeaning, Unit


class Recipes:
    """Master recipes."""

    def submit(self, unit: Unit, source: str) -> Recipe:
        """Take a recipe's YAML as a new draft; its source is kept byte for byte.

        Raises:
            Invalid: with line and column of what is wrong; nothing is stored then.
            Conflict: if this code and version exist already, or the version does not follow.
        """
        found = require(source)
        content = found.content
        code, number = content["recipe"], content["version"]
        last = unit.session.scalar(select(func.max(Recipe.number)).where(Recipe.code == code))
        if last is not None and number <= last:
            raise Conflict(
                f"Recipe {code} has a version {last} already.",
                why="A version never changes once it was submitted.",
                do=f"Give the recipe `version: {last + 1}` and submit it again.",
            )
        recipe = unit.add(
            Recipe(
                code=code,
                number=number,
                title=content.get("title", code),
                product=content["product"],
                state="draft",
                content=content,
                content_digest=found.digest,
                source_digest=unit.content.put(
                    source.encode(), media_type="application/yaml", origin=f"recipe {code} version {number}"
                ),
                warnings=[finding.plain() for finding in found.findings],
                submitted_by=unit.actor.id,
            )
        )
        unit.emit("mes.recipe.submitted", recipe, {"code": code, "version": number})
        return recipe

    def send_back(self, unit: Unit, recipe_id: str, reason: str, version: int | None = None) -> Recipe:
        """Return a recipe in review to its author; the signatures that it has do not count any more."""
        recipe = unit.get(Recipe, recipe_id, version)
        recipe.state = rules.move("recipe", recipe.state, "return")
        recipe.state_reason = reason
        recipe.author_id = recipe.checker_id = recipe.approver_id = None
        unit.flush()
        return recipe

    def make_effective(self, unit: Unit, recipe_id: str, version: int | None = None) -> Recipe:
        """Make an approved recipe the effective one; the one before is superseded.

        Raises:
            Refused: if it is not approved, or a newer version is effective.
        """
        recipe = unit.get(Recipe, recipe_id, version)
        before = unit.session.scalar(
            select(Recipe).where(Recipe.code == recipe.code, Recipe.state == "effective")
        )
        if before is not None and before.number > recipe.number:
            raise Refused(f"Version {before.number} of {recipe.code} is effective, which is newer.")
        recipe.state = rules.move("recipe", recipe.state, "make_effective")
        recipe.effective_at = unit.process_now
        if before is not None:
            before.state = rules.move("recipe", before.state, "supersede")
        unit.emit("mes.recipe.effective", recipe, {"code": recipe.code, "version": recipe.number})
        return recipe

    def retire(self, unit: Unit, recipe_id: str, reason: str, version: int | None = None) -> Recipe:
        """Take a recipe out of use."""
        recipe = unit.get(Recipe, recipe_id, version)
        recipe.state = rules.move("recipe", recipe.state, "retire")
        recipe.state_reason = reason
        unit.flush()
        return recipe

    # --- signatures ----------------------------------------------------------------------------------------

    def signatures(self) -> tuple[SignatureMeaning, ...]:
        """Author, independent second check, quality unit."""
        return tuple(
            SignatureMeaning(
                record_type=Recipe.__tablename__,
                meaning=meaning,
                verb=verb,
                title=title,
                content=_content,
                blockers=_blockers_for(meaning),
                apply=apply,
            )
            for meaning, verb, title, apply in (
                ("authored", "mes.recipe.author", "Master recipe: signed by its author", _authored),
                ("checked", "mes.recipe.check", "Master recipe: independent second check", _checked),
                ("approved", "mes.recipe.approve", "Master recipe: approved by the quality unit", _approved),
            )
        )


def effective(session: Session, code: str) -> Recipe:
    """The effective version of a recipe.

    Raises:
        NotFound: if there is none.
    """
    found = session.scalar(select(Recipe).where(Recipe.code == code, Recipe.state == "effective"))
    if found is None:
        raise NotFound(
            f"There is no effective recipe {code!r}.", do="Submit it, have it signed, make it effective."
        )
    return found


def changes(session: Session, recipe: Recipe, against: Recipe | None = None) -> list[Difference]:
    """What a version changes against another; without one, against the version before it."""
    before = against or session.scalar(
        select(Recipe)
        .where(Recipe.code == recipe.code, Recipe.number < recipe.number)
        .order_by(Recipe.number.desc())
        .limit(1)
    )
    return list(difference(before.content, recipe.content)) if before is not None else []


def _content(session: Session, record_id: str, data: dict[str, Any]) -> dict[str, Any]:
    recipe = session.get(Recipe, record_id)
    if recipe is None:
        raise NotFound(f"There is no recipe {record_id}.")
    return {
        "recipe": recipe.code,
        "version": recipe.number,
        "title": recipe.title,
        "product": recipe.product,
        "content_digest": recipe.content_digest,
        "source_digest": recipe.source_digest,
        "content": recipe.content,
        "changes": [item.plain() for item in changes(session, recipe)],
        "warnings": recipe.warnings,
    }


def _blockers_for(meaning: str) -> Any:
    def blockers(session: Session, record_id: str, actor: Actor, data: dict[str, Any]) -> list[str]:
        recipe = session.get(Recipe, record_id)
        if recipe is None:
            return [f"There is no recipe {record_id}."]
        signers = rules.Signers(recipe.author_id, recipe.checker_id, recipe.approver_id)
        return rules.recipe_blockers(recipe.state, meaning, signers, actor.id)

    return blockers


def _authored(unit: Unit, record_id: str, data: dict[str, Any], signature: Signature) -> None:
    recipe = unit.get(Recipe, record_id)
    recipe.state = rules.move("recipe", recipe.state, "author")
    recipe.author_id = signature.person_id
    unit.emit("mes.recipe.in_review", recipe, {"code": recipe.code, "version": recipe.number})


def _checked(unit: Unit, record_id: str, data: dict[str, Any], signature: Signature) -> None:
    recipe = unit.get(Recipe, record_id)
    recipe.state = rules.move("recipe", recipe.state, "check")
    recipe.checker_id = signature.person_id
    unit.flush()


def _approved(unit: Unit, record_id: str, data: dict[str, Any], signature: Signature) -> None:
    recipe = unit.get(Recipe, record_id)
    recipe.state = rules.move("recipe", recipe.state, "approve")
    recipe.approver_id = signature.person_id
    unit.emit("mes.recipe.approved", recipe, {"code": recipe.code, "version": recipe.number})
