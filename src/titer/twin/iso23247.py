"""ISO 23247 (parts 1 to 4), entity by entity: where in Titer each functional entity is, and which test shows it.

The architecture is mapped to the published names of the standard; nobody has certified anything. A row whose
`shown_by` is empty is not there yet, and says so in `how`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Mapped:
    """One functional entity.

    Attributes:
        entity: of the reference architecture.
        function: functional entity.
        how: what stands for it here.
        shown_by: name of the test; empty where it is not there yet.
    """

    entity: str
    function: str
    how: str
    shown_by: str = ""


_SYNC = "test_a_batch_is_bound_followed_and_frozen"
_LATE = "test_a_late_titre_is_taken_by_rewind_and_replay_with_evidence"
_PROPOSAL = "test_a_proposal_goes_from_draft_to_closed_by_two_people_and_the_mes"
_KNOWN = "test_what_was_known_then_is_answered_from_the_log_bit_for_bit"
_DEFINED = "test_a_twin_is_commissioned_by_another_person_than_its_author"

MAPPING: tuple[Mapped, ...] = (
    Mapped(
        "user", "user interface", "routes of /api/twin, by role", "test_the_routes_show_a_twin_with_bands"
    ),
    Mapped("operation and management", "digital representation", "TwinDefinition, TwinInstance", _DEFINED),
    Mapped(
        "operation and management",
        "presentation",
        "states and outputs with 95 % bands",
        "test_the_routes_show_a_twin_with_bands",
    ),
    Mapped(
        "operation and management",
        "synchronisation",
        "hourly log, SYNCING -> LIVE <-> DEGRADED, health",
        _SYNC,
    ),
    Mapped(
        "operation and management",
        "maintenance",
        "model release by digest, commissioning, retirement",
        _DEFINED,
    ),
    Mapped(
        "application and service", "simulation", "scenarios", "test_a_scenario_repeats_to_the_same_digest"
    ),
    Mapped(
        "application and service", "analytic service", "unscented Kalman filter with rewind and replay", _LATE
    ),
    Mapped("application and service", "reporting", "predicted against actual, signed proposals", _PROPOSAL),
    Mapped(
        "application and service",
        "application support",
        "process models in a catalogue; a model SDK is not there yet",
    ),
    Mapped(
        "resource access and interchange", "interoperability support", "AAS and FMI export are not there yet"
    ),
    Mapped(
        "resource access and interchange",
        "access control",
        "matrix of rights",
        "test_an_operator_may_not_draft_a_proposal",
    ),
    Mapped(
        "resource access and interchange",
        "plug-and-play support",
        "a commissioned twin binds itself to a batch",
        _SYNC,
    ),
    Mapped("resource access and interchange", "peer interface", "twin to twin is not there yet"),
    Mapped("data collection", "data collecting", "historian and laboratory events", _SYNC),
    Mapped(
        "data collection",
        "pre-processing",
        "hourly means with quality; what is assumed says so",
        "test_a_silent_channel_is_assumed_and_said_to_be",
    ),
    Mapped(
        "data collection",
        "collection identification",
        "channel -> input in the settings, result id -> log row",
        _LATE,
    ),
    Mapped("device control", "controlling", "only an approved proposal, carried out by the MES", _PROPOSAL),
    Mapped(
        "device control",
        "actuation",
        "none in the twin, by import contract",
        "test_the_twin_imports_neither_connect_nor_mes",
    ),
    Mapped("device control", "control identification", "proposal id in mes.setpoint.applied", _PROPOSAL),
    Mapped("cross-system", "data assurance", "digests of model, knowledge, belief, scenario", _KNOWN),
    Mapped(
        "cross-system",
        "data translation",
        "units of the laboratory converted, never guessed",
        "test_a_laboratory_value_in_another_unit_is_converted_or_left_out",
    ),
    Mapped("cross-system", "security support", "two signatures by two people", _PROPOSAL),
)
