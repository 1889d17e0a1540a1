"""Who may do what: the twin's rows of the matrix of rights. No row reaches a device."""

from __future__ import annotations

from titer.record import ActionSpec

ACTIONS: tuple[ActionSpec, ...] = (
    ActionSpec("twin.define", "Define a twin of a piece of equipment", ("scientist", "automation")),
    ActionSpec("twin.commission", "Sign a twin as commissioned", ("process_owner",)),
    ActionSpec("twin.retire", "Retire a twin of a piece of equipment", ("process_owner",)),
    ActionSpec("twin.follow", "Follow a batch (by the platform itself)"),
    ActionSpec("twin.archive", "Archive the twin of a batch that is over", ("scientist", "process_owner")),
    ActionSpec("twin.scenario.run", "Simulate a future of a batch", ("scientist", "process_owner")),
    ActionSpec("twin.proposal.draft", "Have the twin draft a proposal", ("scientist",)),
    ActionSpec("twin.proposal.submit", "Sign a proposal as submitted", ("scientist",)),
    ActionSpec("twin.proposal.approve", "Sign a proposal as approved", ("process_owner",)),
    ActionSpec("twin.proposal.reject", "Sign a proposal as rejected", ("process_owner", "quality")),
    ActionSpec("twin.proposal.advance", "Follow a proposal to its end (by the platform itself)"),
)
