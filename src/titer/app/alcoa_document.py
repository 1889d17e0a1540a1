"""The ALCOA+ board as a printed report: PDF/A-3b with its own data attached."""

from __future__ import annotations

from typing import Any

from titer.app.document import Document, render, table
from titer.app.platform import Platform
from titer.govern.routes import AlcoaBoardOut


def document(platform: Platform, board: AlcoaBoardOut) -> bytes:
    """The PDF of a board.

    Args:
        platform: whose it is.
        board: as it was computed; it is printed, not asked again.
    """
    with platform.record.reading() as session:
        installation = platform.record.installation(session)
    rows: list[dict[str, Any]] = [
        {
            "principle": one.name,
            "sentence": one.sentence,
            "state": one.state,
            "looked_at": f"{one.looked_at:,}",
            "found": f"{one.found:,}",
        }
        for one in board.principles
    ]
    sections = [
        table(
            "Nine principles",
            rows,
            {
                "principle": "Principle",
                "sentence": "Asks",
                "state": "State",
                "looked_at": "Looked at",
                "found": "Found",
            },
            note=board.caveat,
        )
    ]
    for one in board.principles:
        for question in one.questions:
            sections.append(
                table(
                    f"{one.name}: {question.words}",
                    [found.model_dump() for found in question.findings]
                    or [{"detail": question.fault or "none"}],
                    {"record_type": "Kind", "name": "Record", "detail": "Exception"},
                    note=f"{question.state}; {question.looked_at:,} looked at, {question.found:,} found. "
                    "The query as it ran is attached.",
                )
            )
    return render(
        Document(
            title="ALCOA+ report",
            installation=f"{installation.name}, {installation.site}",
            mark="DEMO" if installation.demo else "SIMULATED" if installation.simulated else "",
            server_time=board.at,
            process_time=platform.record.process_clock.now(),
            head=(("State", board.sentence),),
            sections=tuple(sections),
            data=board.model_dump(mode="json"),
        )
    )
