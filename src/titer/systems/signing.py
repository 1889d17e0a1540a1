"""What is signed here: who is the system of record, a source, and what is decided about a legacy import."""

from __future__ import annotations

from titer.record import SignatureMeaning
from titer.systems.model import Declaration, Source, Verification
from titer.systems.service.declarations import Declarations
from titer.systems.service.sources import Sources
from titer.systems.service.verifying import Verifying


def meanings(
    declarations: Declarations, sources: Sources, verifying: Verifying
) -> tuple[SignatureMeaning, ...]:
    """All signature meanings of this context."""
    return (
        SignatureMeaning(
            Declaration.__tablename__,
            "approved",
            "systems.declaration.approve",
            "System of record: approved",
            declarations.content,
            declarations.blockers,
            declarations.approve,
        ),
        SignatureMeaning(
            Source.__tablename__,
            "approved",
            "systems.source.approve",
            "Source of copies: approved",
            sources.content,
            sources.blockers,
            sources.approve,
        ),
        SignatureMeaning(
            Verification.__tablename__,
            "accepted",
            "systems.verification.accept",
            "Legacy import: accepted on its verification report",
            verifying.content,
            verifying.blockers,
            verifying.decide("accept"),
        ),
        SignatureMeaning(
            Verification.__tablename__,
            "rejected",
            "systems.verification.accept",
            "Legacy import: rejected",
            verifying.content,
            verifying.against_deciding,
            verifying.decide("reject"),
        ),
    )
