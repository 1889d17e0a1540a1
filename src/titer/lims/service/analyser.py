"""Samples put before an analyser: a command goes out, its answer comes in as results. Late answers are taken."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from titer.base.errors import Conflict, Refused
from titer.lims.documents import MethodDocument, Panel
from titer.lims.model import Design, PanelRequest, Sample, TestRequest
from titer.lims.ports import EquipmentPort
from titer.lims.service.designs import Designs
from titer.lims.service.instruments import instrument_state
from titer.lims.service.results import Results
from titer.lims.service.samples import tests_of
from titer.quality import QualityPort
from titer.record import Unit


class Analyser:
    """Panels of an analyser, asked for through the equipment room.

    Args:
        designs: methods of technique `analyser`.
        results: enters what was measured.
        equipment: sends the command.
        quality: raises exceptions.
    """

    def __init__(
        self, *, designs: Designs, results: Results, equipment: EquipmentPort, quality: QualityPort
    ) -> None:
        self.designs = designs
        self.results = results
        self.equipment = equipment
        self.quality = quality

    def request(self, unit: Unit, sample_id: str, *, method_code: str | None = None) -> list[PanelRequest]:
        """Ask the analyser of each panel that the sample's planned tests need; the same panel is asked once.

        Args:
            unit: the open action.
            sample_id: a sample that is available.
            method_code: only this method's panel; None for all.

        Raises:
            Refused: if no planned test is measured by an analyser, or the sample or instrument is not ready.
        """
        sample = unit.get(Sample, sample_id)
        panels = self._panels(unit.session, sample, method_code)
        if not panels:
            raise Refused(f"No planned test of {sample.number} is measured by an analyser.")
        made = []
        for design, tests in panels:
            document = self.designs.method(design)
            panel = _panel(document)
            reasons: list[str] = []
            for test in tests:
                for reason in self.results.not_ready(
                    unit.session, test, actor=unit.actor, at=unit.process_now, instrument=panel.instrument
                ):
                    if reason not in reasons:
                        reasons.append(reason)
            if reasons:
                raise Refused(
                    f"{sample.number} cannot be measured on {panel.instrument}.", why=" ".join(reasons)
                )
            made.append(self._ask(unit, sample, design, panel, tests))
        return made

    def _ask(
        self, unit: Unit, sample: Sample, design: Design, panel: Panel, tests: list[TestRequest]
    ) -> PanelRequest:
        attempt = len(
            unit.session.scalars(
                select(PanelRequest).where(
                    PanelRequest.sample_id == sample.id, PanelRequest.method_id == design.id
                )
            ).all()
        )
        key = f"lims/{sample.number}/{design.code}/{attempt + 1}"
        for test in tests:
            for event in ("ready", "start"):
                test.state = _move(test, event)
        self.equipment.request_command(
            unit,
            key=key,
            connection=panel.connection,
            kind="call",
            target=panel.target,
            value=None,
            unit_code=None,
            parameters={panel.parameter: sample.number},
            cause=f"panel of {design.code} for {sample.number}",
        )
        request = unit.add(
            PanelRequest(
                command_key=key,
                sample_id=sample.id,
                method_id=design.id,
                instrument=panel.instrument,
                state="requested",
                asked_at=unit.process_now,
            )
        )
        unit.emit("lims.panel.requested", request, {"sample_id": sample.id, "key": key})
        return request

    def completed(self, unit: Unit, payload: dict[str, Any]) -> None:
        """Take a completed command's answer; a command that is not ours, or was taken already, is let be.

        Fields that the method does not name, and analyses that the answer lacks, are never passed over.
        """
        request = unit.session.scalar(select(PanelRequest).where(PanelRequest.command_key == payload["key"]))
        if request is None or request.state != "requested":
            return
        sample = unit.get(Sample, request.sample_id)
        design = unit.get(Design, request.method_id)
        panel = _panel(self.designs.method(design))
        tests = {
            test.analysis: test
            for test in tests_of(unit.session, sample_id=sample.id)
            if test.method_id == design.id and test.state == "in_progress"
        }
        if payload["outcome"] != "done":
            self._failed(
                unit, request, sample, list(tests.values()), str(payload.get("message") or payload["outcome"])
            )
            return
        answers = _flat(payload.get("responses") or {})
        request.state = "completed"
        known = {panel.parameter, panel.measured_at, panel.counter, *panel.ignored, *panel.responses}
        odd = sorted(set(answers) - known)
        request.measured_at = _text(answers[panel.measured_at]) if panel.measured_at in answers else None
        echoed = answers.get(panel.parameter)
        if echoed is not None and str(echoed) != sample.number:
            self._failed(
                unit,
                request,
                sample,
                list(tests.values()),
                f"the answer is for {echoed}, not for {sample.number}",
            )
            return
        method = self.designs.method(design)
        state = instrument_state(
            self.equipment,
            unit.session,
            panel.instrument,
            request.asked_at,
            capability=method.instrument.capability if method.instrument else None,
        )
        for field, response in panel.responses.items():
            test = tests.pop(response.analysis, None)
            if test is None or field not in answers:
                if test is not None:
                    tests[response.analysis] = test
                continue
            self.results.enter_single(
                unit,
                test,
                raw=_text(answers[field]),
                unit_code=response.unit,
                source={
                    "kind": "device",
                    "command_key": request.command_key,
                    "field": field,
                    "measured_at": request.measured_at,
                    "source_time": payload.get("source_time"),
                },
                pinned={"instrument": state, "command_key": request.command_key},
            )
        self._count(unit, request, sample, answers.get(panel.counter or ""))
        if odd or tests:
            self._incomplete(unit, request, sample, odd, list(tests.values()))
        unit.flush()

    def _failed(
        self, unit: Unit, request: PanelRequest, sample: Sample, tests: list[TestRequest], message: str
    ) -> None:
        request.state, request.message = "failed", message
        for test in tests:
            test.state = _move(test, "abandon")
        self._exception(
            unit, request, sample, f"{request.instrument} did not measure {sample.number}", message
        )

    def _incomplete(
        self, unit: Unit, request: PanelRequest, sample: Sample, odd: list[str], missing: list[TestRequest]
    ) -> None:
        parts = []
        if odd:
            parts.append(f"The answer has fields that the method does not know: {', '.join(odd)}.")
        if missing:
            parts.append(f"The answer lacks {', '.join(test.analysis for test in missing)}.")
            for test in missing:
                test.state = _move(test, "abandon")
        request.message = " ".join(parts)
        self._exception(
            unit, request, sample, f"The answer for {sample.number} does not fit its panel", request.message
        )

    def _count(self, unit: Unit, request: PanelRequest, sample: Sample, told: Any) -> None:
        """Keep the instrument's own counter; what it counted and we never asked for is listed."""
        if told is None or not str(told).isdigit():
            return
        last = unit.session.scalar(
            select(func.max(PanelRequest.counter)).where(PanelRequest.instrument == request.instrument)
        )
        request.counter = int(str(told))
        if last is not None and request.counter > last + 1:
            self._exception(
                unit,
                request,
                sample,
                f"{request.instrument} measured {request.counter - last - 1} times without being asked",
                f"Its counter goes from {last} to {request.counter}.",
                kind="counter_gap",
            )

    def _exception(
        self, unit: Unit, request: PanelRequest, sample: Sample, title: str, detail: str, kind: str = "panel"
    ) -> None:
        self.quality.raise_exception(
            unit,
            kind=kind,
            severity="minor",
            title=title,
            detail=detail,
            batch_id=sample.batch_id,
            subject_type="lims_panel_request",
            subject_id=request.id,
            evidence={"command_key": request.command_key, "instrument": request.instrument},
            key=f"lims.panel/{request.id}/{request.state}/{kind}",
        )

    def _panels(
        self, session: Session, sample: Sample, method_code: str | None
    ) -> list[tuple[Design, list[TestRequest]]]:
        found: dict[str, tuple[Design, list[TestRequest]]] = {}
        for test in tests_of(session, sample_id=sample.id):
            design = session.get(Design, test.method_id)
            if design is None or test.state != "planned" or (method_code and design.code != method_code):
                continue
            if self.designs.method(design).technique == "analyser":
                found.setdefault(design.id, (design, []))[1].append(test)
        return list(found.values())


def _panel(document: MethodDocument) -> Panel:
    if document.panel is None:
        raise Conflict(f"{document.code} has no panel.")
    return document.panel


def _move(test: TestRequest, event: str) -> str:
    from titer.lims import rules

    return rules.move("test", test.state, event)


def _flat(responses: Any) -> dict[str, Any]:
    """Field -> value; SiLA structures may nest one level, and then their fields count."""
    if isinstance(responses, str):
        responses = json.loads(responses, parse_float=str)
    flat: dict[str, Any] = {}
    for name, value in dict(responses).items():
        if isinstance(value, dict):
            flat.update(value)
        else:
            flat[name] = value
    return flat


def _text(value: Any) -> str:
    """The value as text; a float is written with the shortest digits that read back as it (SiLA Real)."""
    return value if isinstance(value, str) else repr(value)
