"""HTTP of master recipes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import BaseModel

from titer.mes import queries
from titer.mes.recipe import read
from titer.mes.routes.shapes import MesPart, _Out, _Record
from titer.record.http import Acting, Reading

router = APIRouter()


class MesFindingOut(BaseModel):
    """Something that the author of a recipe must, or should, change."""

    line: int
    column: int
    message: str
    severity: str
    rule: str


class MesRecipeOut(_Record):
    """A version of a master recipe."""

    code: str
    number: int
    title: str
    product: str
    state: str
    content_digest: str
    source_digest: str
    warnings: list[MesFindingOut]
    submitted_by: str
    author_id: str | None
    checker_id: str | None
    approver_id: str | None
    effective_at: datetime | None
    state_reason: str | None


class MesRecipeDetailOut(MesRecipeOut):
    """The same with its content."""

    content: dict[str, Any]


class MesDifferenceOut(_Out):
    """One change between two versions of a recipe."""

    where: str
    change: str
    before: str
    after: str


class MesRecipeCheckOut(BaseModel):
    """What is wrong with a recipe that was not submitted yet."""

    findings: list[MesFindingOut]
    digest: str
    submittable: bool


class SubmitRecipe(BaseModel):
    """A recipe's YAML."""

    source: str
    reason: str = ""


class ChangeRecipe(BaseModel):
    """A change of a recipe's state that needs no signature."""

    version: int
    reason: str


@router.post("/recipes/check")
def mes_check_recipe(body: SubmitRecipe, _session: Reading) -> MesRecipeCheckOut:
    """Read a recipe without storing anything; every finding has its line and column."""
    found = read(body.source)
    return MesRecipeCheckOut(
        findings=[MesFindingOut(**finding.plain()) for finding in found.findings],
        digest=found.digest,
        submittable=not found.errors,
    )


@router.post("/recipes")
def mes_submit_recipe(body: SubmitRecipe, act: Acting, mes: MesPart) -> MesRecipeOut:
    """Submit a recipe as a draft."""
    with act("mes.recipe.submit", reason=body.reason) as unit:
        return MesRecipeOut.model_validate(mes.submit_recipe(unit, body.source))


@router.get("/recipes")
def mes_recipes(
    session: Reading, _mes: MesPart, code: str | None = None, state: str | None = None
) -> list[MesRecipeOut]:
    """Master recipes, newest first."""
    return [MesRecipeOut.model_validate(row) for row in queries.recipes(session, code, state)]


@router.get("/recipes/{recipe_id}")
def mes_recipe(recipe_id: str, session: Reading, _mes: MesPart) -> MesRecipeDetailOut:
    """One master recipe with its content."""
    return MesRecipeDetailOut.model_validate(queries.recipe(session, recipe_id))


@router.get(
    "/recipes/{recipe_id}/source",
    response_class=Response,
    responses={200: {"content": {"application/yaml": {}}}},
)
def mes_recipe_source(recipe_id: str, session: Reading, mes: MesPart) -> Response:
    """The YAML, byte for byte as it was submitted."""
    row = queries.recipe(session, recipe_id)
    return Response(mes.record.content.read(row.source_digest), media_type="application/yaml")


@router.get("/recipes/{recipe_id}/changes")
def mes_recipe_changes(
    recipe_id: str, session: Reading, mes: MesPart, against: str | None = None
) -> list[MesDifferenceOut]:
    """What this version changes against another one, or against the one before."""
    return [MesDifferenceOut.model_validate(item) for item in mes.recipe_changes(session, recipe_id, against)]


@router.post("/recipes/{recipe_id}/return")
def mes_return_recipe(recipe_id: str, body: ChangeRecipe, act: Acting, mes: MesPart) -> MesRecipeOut:
    """Return a recipe in review to its author."""
    with act("mes.recipe.return", reason=body.reason) as unit:
        return MesRecipeOut.model_validate(mes.recipes.send_back(unit, recipe_id, body.reason, body.version))


@router.post("/recipes/{recipe_id}/effective")
def mes_make_recipe_effective(recipe_id: str, body: ChangeRecipe, act: Acting, mes: MesPart) -> MesRecipeOut:
    """Make an approved recipe effective."""
    with act("mes.recipe.make_effective", reason=body.reason) as unit:
        return MesRecipeOut.model_validate(mes.recipes.make_effective(unit, recipe_id, body.version))


@router.post("/recipes/{recipe_id}/retire")
def mes_retire_recipe(recipe_id: str, body: ChangeRecipe, act: Acting, mes: MesPart) -> MesRecipeOut:
    """Take a recipe out of use."""
    with act("mes.recipe.retire", reason=body.reason) as unit:
        return MesRecipeOut.model_validate(mes.recipes.retire(unit, recipe_id, body.reason, body.version))
