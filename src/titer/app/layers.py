"""All layers of the platform: their tables, how they are wired bottom-up, and their routes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from titer.base import vault
from titer.record import Record
from titer.record.verify import Remark, Verifier

if TYPE_CHECKING:
    from titer.app.platform import Platform


def import_tables() -> None:
    """Import every module that maps tables, so that the metadata is whole.

    A layer that is switched off keeps its tables, unused, so that switching it on changes no schema.
    """
    import titer.app.backup.model
    import titer.app.document_seal
    import titer.equipment
    import titer.govern
    import titer.historian
    import titer.insight
    import titer.lims
    import titer.material
    import titer.mes
    import titer.quality
    import titer.record.edges
    import titer.record.rights.service
    import titer.record.sso.model
    import titer.record.witnesses.watching
    import titer.systems
    import titer.twin  # noqa: F401


def wire(platform: Platform) -> None:
    """Build the layers bottom-up and wire them."""
    from titer.app.pace import Pace
    from titer.app.plant_facts import PlantFacts
    from titer.app.separations import SEPARATIONS
    from titer.app.series_holds import held_series
    from titer.app.signature_gate import SignatureGate
    from titer.equipment import Equipment
    from titer.govern import Govern
    from titer.historian import Historian
    from titer.historian.objects import Objects, ObjectSettings
    from titer.insight import Insight
    from titer.lims import Lims
    from titer.material import Material
    from titer.mes import Mes
    from titer.quality import Quality
    from titer.record.rights.service import Rights
    from titer.systems import Bounds, Systems
    from titer.twin import Twin

    record, on = platform.record, platform.config.layers
    equipment = Equipment(
        record,
        record.process_clock,
        newest=lambda tags: {tag: one.source_us for tag, one in historian.last(tags).items()},
        list_lead_days=platform.config.revocation_notice_days,
    )
    objects = None  # before the historian is opened: what is refused here leaves nothing open
    if platform.config.objects is not None:
        settings = ObjectSettings.read(platform.config.objects)
        secret = platform.vault.read(platform.folder / settings.secret_file, vault.OWN_FILE).decode().strip()
        objects = Objects.open(settings, secret), settings.local_days
    historian = Historian(
        platform.folder / "historian",
        record,
        gaps=equipment.gaps_of,
        floors=equipment.doubts_of,
        largest_history=platform.config.largest_history,
    )
    material = Material(record)
    quality = Quality(record, material)
    record.separations.extend(SEPARATIONS)
    platform.add("rights", Rights(record))
    platform.add("equipment", equipment)
    platform.verifiers.append(equipment.questions.stored_questions)
    if objects is not None:
        historian.store_in(*objects)
    platform.add("historian", historian)
    historian.held = partial(held_series, platform)
    platform.verifiers.append(_sealed_segments(historian))
    platform.add("material", material)
    platform.add("quality", quality)
    platform.add("systems", Systems(record, quality, platform.vault, Bounds(own=platform.folder)))
    platform.add("govern", Govern(record, platform.sealer, on))
    quality.register_gate(SignatureGate(record))
    if "lims" not in on:
        return
    lims = Lims(record, quality, material, equipment, historian, animl=platform.folder / "animl")
    platform.add("lims", lims)
    quality.register_gate(lims.release_gate())
    if "mes" not in on:
        return
    mes = Mes(record, lims, quality, material, equipment, historian)
    platform.add("mes", mes)
    quality.register_gate(mes.release_gate())
    insight = None
    if "insight" in on:
        insight = Insight(record, quality, PlantFacts(equipment), historian)
        platform.add("insight", insight)
        quality.register_gate(insight.release_gate())
    if "twin" in on:
        platform.add("twin", Twin(record, mes, historian, insight))
    if platform.plant_clock:
        followers = [part for part in (platform.layers.get(name) for name in ("insight", "twin")) if part]
        platform.plant_clock.policy = Pace(
            mes, partial(_undecided, record, frozenset(on)), [part.lag_us for part in followers]
        )


def _sealed_segments(historian: Any) -> Verifier:
    """The historian's segments against the digests that the ledger holds."""

    def sealed_segments(session: Session) -> Iterator[str]:
        yield from historian.verify()
        yield from (Remark(said) for said in historian.retired_in_words(session))

    return sealed_segments


def _undecided(record: Record, layers: frozenset[str]) -> bool:
    """Whether an alert or a proposal waits for a person; at the pace of a demo they would come days late."""
    from titer.insight.queries import alerts
    from titer.twin.queries import proposals

    with record.reading() as session:
        return bool(
            ("insight" in layers and alerts(session, state="undisposed"))
            or ("twin" in layers and proposals(session, state="SUBMITTED"))
        )


def routers() -> Iterable[Any]:
    """The routers of all layers, bottom-up."""
    from titer.equipment.routes import router as equipment
    from titer.govern.routes import router as govern
    from titer.historian.routes import router as historian
    from titer.insight.routes import router as insight
    from titer.lims.routes import router as lims
    from titer.material.routes import router as material
    from titer.mes.routes import router as mes
    from titer.quality.routes import router as quality
    from titer.record.routes import router as record
    from titer.systems.routes import router as systems
    from titer.twin.routes import router as twin

    return (record, equipment, historian, material, quality, lims, mes, insight, twin, systems, govern)
