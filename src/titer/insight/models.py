"""A model's life: trained, validated on a sealed set, approved twice, deployed, suspended, retired."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

import titer
from titer.base.errors import IntegrityFault, Invalid, NotFound, Refused
from titer.insight import rules
from titer.insight.artefact import Artefact, decode, encode
from titer.insight.datasets import Datasets
from titer.insight.fitted import STATISTICS, Fitted, fit, golden_holds
from titer.insight.model import Dataset, Deployment, ModelVersion
from titer.insight.ports import Plant
from titer.insight.spec import Spec, parse_spec
from titer.insight.validation import parse_acceptance, validate
from titer.record import Record, Unit


@dataclass(frozen=True)
class Trained:
    """A fitted model that no record knows yet."""

    dataset: Dataset
    spec: Spec
    artefact: Artefact
    calibration: dict[str, Any]
    acceptance: dict[str, str]


class Models:
    """The registry of models.

    Args:
        record: the record.
        datasets: snapshots.
        plant: channels of the equipment.
    """

    def __init__(self, record: Record, datasets: Datasets, plant: Plant) -> None:
        self.record = record
        self.datasets = datasets
        self.plant = plant
        self._loaded: dict[str, Fitted] = {}
        self._holds: dict[str, bool] = {}

    def train(self, dataset_id: str, spec: Mapping[str, Any], acceptance: Mapping[str, Any]) -> Trained:
        """Fit a model; writes nothing, so no transaction waits for the arithmetic.

        Raises:
            Invalid: for a malformed specification, too few batches, or units that differ.
        """
        parsed = parse_spec(spec)
        criteria = {str(name): str(value) for name, value in acceptance.items()}
        parse_acceptance(criteria)
        with self.record.reading() as session:
            dataset = self.datasets.get(session, dataset_id)
            session.expunge(dataset)
        if dataset.step_minutes != parsed.step_minutes:
            raise Invalid(
                f"The data set's step is {dataset.step_minutes} min, the model's {parsed.step_minutes}.",
                where="spec.step_minutes",
            )
        units = {channel["tag"]: channel["unit"] for channel in dataset.channels}
        for channel in parsed.channels:
            told = units.get(channel.tag)
            if told is not None and told != channel.unit:
                raise Invalid(
                    f"{channel.tag} is in {told} in the data set and in {channel.unit} in the model.",
                    where="spec.channels",
                )
        train = self.datasets.batches(dataset, "train", parsed.tags)
        calibrate = self.datasets.batches(dataset, "calibrate", parsed.tags)
        fitted, calibration = fit(train, calibrate, parsed)
        facts = {
            "dataset": dataset.number,
            "manifest": dataset.manifest_digest,
            "train": [batch.name for batch in train],
            "calibrate": [batch.name for batch in calibrate],
        }
        artefact = encode(fitted, training=facts, code_version=titer.__version__)
        shown = {
            "components": fitted.subspace.components,
            "limits": {
                name: f"{float(value):.6g}" for name, value in zip(STATISTICS, fitted.limits, strict=True)
            },
            "training_batches": len(train),
            "calibration_batches": calibration.batches,
            "calibration_rows": calibration.rows,
            "row_false_alarm_rate": f"{calibration.false_alarm_rate:.6f}",
            "events_per_batch": f"{calibration.events_per_batch:.4f}",
            "lift_of_limits": {
                name: f"{value:.4f}" for name, value in zip(STATISTICS, calibration.lift, strict=True)
            },
        }
        return Trained(dataset, parsed, artefact, shown, criteria)

    def register(self, unit: Unit, trained: Trained) -> ModelVersion:
        """Make the draft: artefact into the content store, one row into the record."""
        for key, data in trained.artefact.arrays.items():
            unit.content.put(data, media_type=trained.artefact.media_types[key], origin="insight model")
        digest = unit.content.put(
            trained.artefact.document, media_type="application/json", origin="insight model"
        )
        last = unit.session.scalar(
            select(func.max(ModelVersion.revision)).where(ModelVersion.name == trained.spec.name)
        )
        row = unit.add(
            ModelVersion(
                name=trained.spec.name,
                revision=(last or 0) + 1,
                state="draft",
                dataset_id=trained.dataset.id,
                spec=trained.spec.to_document(),
                acceptance=dict(trained.acceptance),
                artefact_digest=digest,
                calibration=trained.calibration,
                code_version=titer.__version__,
                author_id=unit.actor.id,
            )
        )
        unit.emit("insight.model.trained", row, {"name": row.name, "revision": row.revision})
        return row

    def get(self, session: Session, model_id: str) -> ModelVersion:
        """One model version."""
        row = session.get(ModelVersion, model_id)
        if row is None:
            raise NotFound(f"There is no model {model_id}.")
        return row

    def open_test_set(self, unit: Unit, model_id: str, version: int | None = None) -> ModelVersion:
        """Log who opens the sealed test set, before it is opened.

        Raises:
            Refused: if the criteria are not signed, it was opened before, or the person made the model.
        """
        row = unit.get(ModelVersion, model_id, version)
        reasons = rules.against_opening(
            row.state,
            row.criteria_signature_id is not None,
            row.test_opened_by is not None,
            row.author_id,
            unit.actor.id,
        )
        if reasons:
            raise Refused("The test set stays sealed.", why=" ".join(reasons))
        row.test_opened_by, row.test_opened_at = unit.actor.id, unit.now
        unit.flush()
        return row

    def validation_report(self, model_id: str) -> dict[str, Any]:
        """Score the sealed batches; writes nothing.

        Raises:
            Refused: if nobody has opened the set on the record.
        """
        with self.record.reading() as session:
            row = self.get(session, model_id)
            dataset = self.datasets.get(session, row.dataset_id)
            session.expunge_all()
        if row.test_opened_by is None:
            raise Refused("The test set is sealed.", do="Open it on the record first.")
        fitted = self.load(row.artefact_digest)
        return validate(
            fitted,
            self.datasets.batches(dataset, "test", fitted.spec.tags),
            self.datasets.challenges(dataset, fitted.spec.tags),
            dict(row.acceptance),
        )

    def close_validation(self, unit: Unit, model_id: str, report: dict[str, Any]) -> ModelVersion:
        """Keep the report; the model is validated, or failed for good."""
        row = unit.get(ModelVersion, model_id)
        row.state = rules.move_model(row.state, "pass" if report["passed"] else "fail")
        row.validation = report
        unit.flush()
        unit.emit(f"insight.model.{row.state}", row, {"name": row.name, "revision": row.revision})
        return row

    def deploy(
        self,
        unit: Unit,
        model_id: str,
        *,
        equipment: str,
        rename: Mapping[str, str] | None = None,
        block_minutes: int = 60,
        patience_s: int = 30,
        fallback: str = "Alarms and rounds as without the model",
        ends_with_phase: str | None = None,
    ) -> Deployment:
        """Bind an approved model to equipment, once this computer scores its golden rows to the same bits.

        Args:
            equipment: unit code, e.g. `BR-201`.
            rename: prefix of a tag in the model -> prefix on this equipment.
            block_minutes: length of a block of the prediction log, plant time.
            patience_s: how long (server clock) late values are waited for.
            fallback: what holds while the model is suspended.
            ends_with_phase: title of the recipe's phase or operation at whose start the model stops looking.

        Raises:
            Refused: if the model is not approved, a channel is missing or has another unit, or the golden
                check fails.
        """
        row = unit.get(ModelVersion, model_id)
        new_state = rules.move_model(row.state, "deploy")
        fitted = self.load(row.artefact_digest)
        if not golden_holds(fitted):
            raise Refused("This computer does not score the model's golden rows to the same bits.")
        taken = unit.session.scalar(
            select(Deployment).where(Deployment.equipment == equipment, Deployment.state != "ended")
        )
        if taken is not None and taken.model_id != model_id:
            taken.state, taken.state_reason = "ended", f"replaced by {row.name} {row.revision}"
        elif taken is not None:
            raise Refused(f"This model is deployed on {equipment} already ({taken.number}).")
        renames = dict(rename or {})
        self._check_channels(unit.session, fitted.spec, renames)
        deployment = unit.add(
            Deployment(
                number=unit.next_number("DP"),
                model_id=row.id,
                artefact_digest=row.artefact_digest,
                equipment=equipment,
                rename=renames,
                state="active",
                block_minutes=max(block_minutes, fitted.spec.step_minutes),
                patience_s=patience_s,
                golden_check="passed",
                fallback=fallback,
                ends_with_phase=ends_with_phase,
            )
        )
        row.state = new_state
        unit.flush()
        unit.emit("insight.model.deployed", deployment, {"model_id": row.id, "equipment": equipment})
        return deployment

    def _check_channels(self, session: Session, spec: Spec, rename: Mapping[str, str]) -> None:
        wanted = {renamed(channel.tag, rename): channel.unit for channel in spec.channels}
        facts = self.plant.channel_facts(session, list(wanted))
        lacking = [tag for tag in wanted if tag not in facts]
        if lacking:
            raise Refused(
                f"The plant has no channel {', '.join(lacking[:5])}.", do="Connect it, or name the equipment."
            )
        other = [
            f"{tag} is in {facts[tag].unit}, not {unit}"
            for tag, unit in wanted.items()
            if facts[tag].unit != unit
        ]
        if other:
            raise Refused("Channels have another unit than the model was trained in.", why="; ".join(other))

    def suspend(self, unit: Unit, model_id: str, reason: str) -> ModelVersion:
        """Stop scoring; the stated fallback holds. Any operator may."""
        row = unit.get(ModelVersion, model_id)
        row.state, row.state_reason = rules.move_model(row.state, "suspend"), reason
        self._deployments(unit.session, model_id, "active", "suspended", reason)
        unit.flush()
        unit.emit("insight.model.suspended", row, {"reason": reason})
        return row

    def resume(self, unit: Unit, model_id: str, reason: str) -> ModelVersion:
        """Score again, after the golden rows were scored to the same bits again."""
        row = unit.get(ModelVersion, model_id)
        row.state, row.state_reason = rules.move_model(row.state, "resume"), reason
        self._loaded.pop(row.artefact_digest, None)
        self._holds.pop(row.artefact_digest, None)
        if not self.holds(row.artefact_digest):
            raise Refused("This computer does not score the model's golden rows to the same bits.")
        self._deployments(unit.session, model_id, "suspended", "active", reason)
        unit.flush()
        return row

    def retire(self, unit: Unit, model_id: str, reason: str) -> ModelVersion:
        """Take a model out of use for good."""
        row = unit.get(ModelVersion, model_id)
        row.state, row.state_reason = rules.move_model(row.state, "retire"), reason
        for state in ("active", "suspended"):
            self._deployments(unit.session, model_id, state, "ended", reason)
        unit.flush()
        return row

    def _deployments(self, session: Session, model_id: str, before: str, after: str, reason: str) -> None:
        rows = session.scalars(
            select(Deployment).where(Deployment.model_id == model_id, Deployment.state == before)
        )
        for row in list(rows):
            row.state, row.state_reason = after, reason

    def load(self, digest: str) -> Fitted:
        """The fitted model of an artefact; checked when it is read, then kept in memory.

        Raises:
            IntegrityFault, Invalid: if the artefact is not what was approved.
        """
        if digest not in self._loaded:
            read = self.record.content.read
            self._loaded[digest] = decode(digest, read(digest), read)
        return self._loaded[digest]

    def holds(self, digest: str) -> bool:
        """Whether the golden rows score to the same bits here; found once, as neither they nor the program change."""
        if digest not in self._holds:
            self._holds[digest] = golden_holds(self.load(digest))
        return self._holds[digest]

    def load_for_scoring(self, digest: str) -> Fitted:
        """As `load`, and the golden rows must score to the same bits on this computer.

        Raises:
            IntegrityFault: if they do not.
        """
        fitted = self.load(digest)
        if not self.holds(digest):
            raise IntegrityFault("The model's golden rows do not score to the same bits on this computer.")
        return fitted


def renamed(tag: str, rename: Mapping[str, str]) -> str:
    """The tag on the deployed equipment: its prefix (up to the first dot) replaced where one is named."""
    prefix, dot, rest = tag.partition(".")
    return f"{rename.get(prefix, prefix)}{dot}{rest}"
