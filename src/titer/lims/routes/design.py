"""HTTP of methods, specifications and sampling plans."""

from __future__ import annotations

from fastapi import APIRouter
from sqlalchemy import select

from titer.base.errors import NotFound
from titer.lims.model import Design
from titer.lims.routes import models as m
from titer.lims.routes.part import LimsPart
from titer.record.http import Acting, Reading

router = APIRouter()


def _list(session: Reading, kind: str, state: str | None) -> list[m.LimsDesignOut]:
    query = select(Design).where(Design.kind == kind).order_by(Design.code, Design.revision.desc())
    if state:
        query = query.where(Design.state == state)
    return [m.LimsDesignOut.model_validate(row) for row in session.scalars(query)]


@router.post("/methods")
def lims_draft_method(body: m.DraftDesign, act: Acting, lims: LimsPart) -> m.LimsDesignDetailOut:
    """Draft a revision of a method; then it is signed: authored, approved."""
    with act("lims.design.draft", reason=body.reason) as unit:
        made = lims.designs.draft(unit, kind="method", source=body.source, reason=body.reason)
        return m.LimsDesignDetailOut.model_validate(made)


@router.get("/methods")
def lims_methods(session: Reading, state: str | None = None) -> list[m.LimsDesignOut]:
    """Methods, newest revision first."""
    return _list(session, "method", state)


@router.post("/specifications")
def lims_draft_specification(body: m.DraftDesign, act: Acting, lims: LimsPart) -> m.LimsDesignDetailOut:
    """Draft a revision of a specification."""
    with act("lims.design.draft", reason=body.reason) as unit:
        made = lims.designs.draft(unit, kind="specification", source=body.source, reason=body.reason)
        return m.LimsDesignDetailOut.model_validate(made)


@router.get("/specifications")
def lims_specifications(session: Reading, state: str | None = None) -> list[m.LimsDesignOut]:
    """Specifications, newest revision first."""
    return _list(session, "specification", state)


@router.post("/sampling-plans")
def lims_draft_sampling_plan(body: m.DraftDesign, act: Acting, lims: LimsPart) -> m.LimsDesignDetailOut:
    """Draft a revision of a sampling plan."""
    with act("lims.design.draft", reason=body.reason) as unit:
        made = lims.designs.draft(unit, kind="sampling_plan", source=body.source, reason=body.reason)
        return m.LimsDesignDetailOut.model_validate(made)


@router.get("/sampling-plans")
def lims_sampling_plans(session: Reading, state: str | None = None) -> list[m.LimsDesignOut]:
    """Sampling plans, newest revision first."""
    return _list(session, "sampling_plan", state)


@router.get("/designs/{design_id}")
def lims_design(design_id: str, session: Reading) -> m.LimsDesignDetailOut:
    """One revision with its document."""
    row = session.get(Design, design_id)
    if row is None:
        raise NotFound(f"There is no laboratory document {design_id}.")
    return m.LimsDesignDetailOut.model_validate(row)


@router.post("/designs/{design_id}/return")
def lims_return_design(
    design_id: str, body: m.ChangeOf, act: Acting, lims: LimsPart
) -> m.LimsDesignDetailOut:
    """Return a document in review to its author."""
    with act("lims.design.return", reason=body.reason) as unit:
        return m.LimsDesignDetailOut.model_validate(lims.designs.send_back(unit, design_id, body.version))


@router.post("/designs/{design_id}/retire")
def lims_retire_design(
    design_id: str, body: m.ChangeOf, act: Acting, lims: LimsPart
) -> m.LimsDesignDetailOut:
    """Take a document out of use."""
    with act("lims.design.retire", reason=body.reason) as unit:
        return m.LimsDesignDetailOut.model_validate(lims.designs.retire(unit, design_id, body.version))
