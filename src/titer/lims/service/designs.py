"""Design data: written as drafts, reviewed, effective; an effective revision never changes."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from titer.base.errors import Conflict, Invalid, NotFound
from titer.lims import rules
from titer.lims.documents import (
    KINDS,
    Criterion,
    D,
    MethodDocument,
    SamplingPlanDocument,
    SpecificationDocument,
    check_document,
    content_of,
    digest_of,
    failing_cases,
    read_document,
)
from titer.lims.model import Design
from titer.record import Actor, Signature, SignatureMeaning, Unit


class Designs:
    """Methods, specifications and sampling plans, each revision a record of its own."""

    def __init__(self) -> None:
        self._read: dict[str, MethodDocument | SpecificationDocument | SamplingPlanDocument] = {}

    def signatures(self) -> tuple[SignatureMeaning, ...]:
        """Authored (draft -> in review) and approved (in review -> effective), by two people."""
        return (
            SignatureMeaning(
                "lims_design",
                "authored",
                "lims.design.submit",
                "Laboratory document: submitted by its author",
                content=self._content,
                blockers=self._author_blockers,
                apply=self._submit,
            ),
            SignatureMeaning(
                "lims_design",
                "approved",
                "lims.design.approve",
                "Laboratory document: approved by the quality unit",
                content=self._content,
                blockers=self._approval_blockers,
                apply=self._approve,
            ),
        )

    def draft(self, unit: Unit, *, kind: str, source: str, reason: str) -> Design:
        """Write a new revision as a draft.

        Args:
            unit: the open action.
            kind: method, specification or sampling_plan.
            source: the YAML or JSON text; kept as it was written.
            reason: what is new, and why.

        Raises:
            Invalid: with the place of the first fault.
            Conflict: if the effective or another open revision has the same content.
        """
        if kind not in KINDS:
            raise Invalid(f"There is no kind {kind!r}; there are {', '.join(KINDS)}.", where="kind")
        document = read_document(source, kind)
        digest = digest_of(document)
        same = unit.session.scalar(
            select(Design).where(
                Design.kind == kind,
                Design.code == document.code,
                Design.digest == digest,
                Design.state.in_(("draft", "in_review", "effective")),
            )
        )
        if same is not None:
            raise Conflict(
                f"{document.code} revision {same.revision} has the same content and is {same.state}."
            )
        last = unit.session.scalar(
            select(func.max(Design.revision)).where(Design.kind == kind, Design.code == document.code)
        )
        return unit.add(
            Design(
                kind=kind,
                code=document.code,
                revision=(last or 0) + 1,
                title=document.title,
                state="draft",
                document=content_of(document),
                source=source,
                digest=digest,
                author_id=unit.actor.id,
                change_reason=reason,
            )
        )

    def send_back(self, unit: Unit, design_id: str, version: int | None = None) -> Design:
        """Return a document in review to its author, who writes another revision."""
        design = unit.get(Design, design_id, version)
        design.state = rules.move("design document", design.state, "return")
        unit.flush()
        return design

    def retire(self, unit: Unit, design_id: str, version: int | None = None) -> Design:
        """Take an effective document out of use; what was done by it stays as it is."""
        design = unit.get(Design, design_id, version)
        design.state = rules.move("design document", design.state, "retire")
        design.ended_at = unit.process_now
        unit.flush()
        return design

    # --- reads -------------------------------------------------------------------------------------------

    def effective(self, session: Session, kind: str, code: str) -> Design:
        """The effective revision.

        Raises:
            NotFound: if no revision is effective.
        """
        found = session.scalar(
            select(Design).where(Design.kind == kind, Design.code == code, Design.state == "effective")
        )
        if found is None:
            raise NotFound(
                f"No revision of the {kind.replace('_', ' ')} {code} is effective.",
                do="Have one approved first.",
            )
        return found

    def method_for(self, session: Session, analysis: str, code: str | None = None) -> Design:
        """The effective method of an analysis; named by its code, or the only one that reports it.

        Raises:
            NotFound: if there is none.
            Invalid: if there are several, or the named one does not report the analysis.
        """
        if code is not None:
            design = self.effective(session, "method", code)
            self.method(design).reportable(analysis)
            return design
        candidates = [
            design
            for design in session.scalars(
                select(Design).where(Design.kind == "method", Design.state == "effective")
            )
            if any(one.analysis == analysis for one in self.method(design).reportables)
        ]
        if not candidates:
            raise NotFound(f"No effective method reports {analysis!r}.", do="Have a method approved first.")
        if len(candidates) > 1:
            codes = ", ".join(sorted(design.code for design in candidates))
            raise Invalid(
                f"Several methods report {analysis!r}: {codes}.", do="Name one in the specification."
            )
        return candidates[0]

    def method(self, design: Design) -> MethodDocument:
        """The method in a revision; read once, since the content of a digest never changes."""
        return self._document(MethodDocument, design)

    def specification(self, design: Design) -> SpecificationDocument:
        """The specification in a revision."""
        return self._document(SpecificationDocument, design)

    def plan(self, design: Design) -> SamplingPlanDocument:
        """The sampling plan in a revision."""
        return self._document(SamplingPlanDocument, design)

    def _document(self, kind: type[D], design: Design) -> D:
        found = self._read.get(design.digest)
        if found is None:
            found = self._read[design.digest] = check_document(design.document, design.kind)
        if not isinstance(found, kind):
            raise Invalid(f"{design.code} is a {design.kind}.")
        return found

    def criterion(
        self, session: Session, specification_id: str | None, analysis: str
    ) -> tuple[Criterion | None, str, Design | None]:
        """The criterion, rounding rule and revision that judge an analysis; (None, "", None) without any."""
        design = session.get(Design, specification_id) if specification_id else None
        if design is None:
            return None, "", None
        document = self.specification(design)
        return document.criterion(analysis), document.rounding, design

    # --- signatures --------------------------------------------------------------------------------------

    def _content(self, session: Session, record_id: str, data: dict[str, Any]) -> dict[str, Any]:
        design = _design(session, record_id)
        return {
            "kind": design.kind,
            "code": design.code,
            "revision": design.revision,
            "digest": design.digest,
            "change": design.change_reason,
            "author": design.author_id,
            "document": design.document,
        }

    def _author_blockers(
        self, session: Session, record_id: str, actor: Actor, data: dict[str, Any]
    ) -> list[str]:
        design = _design(session, record_id)
        reasons = [] if design.state == "draft" else [f"The document is {design.state}, not a draft."]
        if actor.id != design.author_id:
            reasons.append("Only its author submits a document.")
        return reasons + self._faults(design)

    def _approval_blockers(
        self, session: Session, record_id: str, actor: Actor, data: dict[str, Any]
    ) -> list[str]:
        design = _design(session, record_id)
        reasons = [] if design.state == "in_review" else [f"The document is {design.state}, not in review."]
        reasons += rules.different_people(("author", design.author_id), ("approver", actor.id))
        return reasons + self._faults(design)

    def _faults(self, design: Design) -> list[str]:
        document = check_document(design.document, design.kind)
        if digest_of(document) != design.digest:
            return ["The document does not have the digest that was given to it."]
        return failing_cases(document) if isinstance(document, MethodDocument) else []

    def _submit(self, unit: Unit, record_id: str, data: dict[str, Any], signature: Signature) -> None:
        design = unit.get(Design, record_id)
        design.state = rules.move("design document", design.state, "submit")
        unit.flush()

    def _approve(self, unit: Unit, record_id: str, data: dict[str, Any], signature: Signature) -> None:
        design = unit.get(Design, record_id)
        for old in unit.session.scalars(
            select(Design).where(
                Design.kind == design.kind, Design.code == design.code, Design.state == "effective"
            )
        ):
            old.state = rules.move("design document", old.state, "supersede")
            old.ended_at = unit.process_now
        design.state = rules.move("design document", design.state, "approve")
        design.effective_at = unit.process_now
        unit.emit(
            "lims.design.effective",
            design,
            {"kind": design.kind, "code": design.code, "revision": design.revision, "digest": design.digest},
        )


def _design(session: Session, design_id: str) -> Design:
    found = session.get(Design, design_id)
    if found is None:
        raise NotFound(f"There is no laboratory document {design_id}.")
    return found
