"""Sources of copies: drafted, changed and suspended by those who connect systems, approved by the quality unit."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from titer.base.canonical import digest
from titer.base.errors import Conflict, Invalid, Refused
from titer.base.vault import Vault
from titer.record import Actor, Signature, Unit
from titer.systems import mapping, queries, reading, rules
from titer.systems.model import Source

PERIOD = "month"


class Sources:
    """Sources of copies.

    Args:
        vault: seals their passwords and tokens.
    """

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def draft(
        self,
        unit: Unit,
        *,
        name: str,
        system: str,
        record_type: str,
        kind: str,
        settings: dict[str, Any],
        mapped: dict[str, Any],
        secret: str | None = None,
        legacy: bool = False,
    ) -> Source:
        """Draft a source; nothing is read before it is approved.

        Args:
            unit: the open action.
            name: it is called so for ever.
            system: that it shows records of.
            record_type: the kind of record.
            kind: view, file or rest.
            settings: where it is; with `period` (day, month or year) by which both sides are compared.
            mapped: what its columns mean.
            secret: its password or token.
            legacy: whether it is brought over once, from a system that is left, instead of copied every day.

        Raises:
            Invalid: if something of it cannot be.
            Conflict: if the name is taken.
        """
        if record_type not in mapping.RECORD_TYPES:
            raise Invalid(f"{record_type!r} is no kind of record.", where="record_type")
        if system.strip().lower() == rules.TITER.lower() or not system.strip():
            raise Invalid("A source shows records of another system.", where="system")
        if unit.session.scalar(select(Source.id).where(Source.name == name)):
            raise Conflict(f"There is a source {name} already.", do="Change it, or choose another name.")
        self._check(kind, settings, mapped, record_type)
        return unit.add(
            Source(
                name=name,
                system=system.strip(),
                record_type=record_type,
                kind=kind,
                settings=settings,
                mapping=mapped,
                secret=self._sealed(name, secret),
                legacy=legacy,
                revision=1,
                author_id=unit.actor.id,
                state="draft",
            )
        )

    def change(
        self,
        unit: Unit,
        source_id: str,
        *,
        settings: dict[str, Any],
        mapped: dict[str, Any],
        secret: str | None = None,
        version: int | None = None,
    ) -> Source:
        """Change a source: its next revision, which has to be approved before anything is read by it.

        The secret stays where none is given.
        """
        row = unit.get(Source, source_id, version)
        self._check(row.kind, settings, mapped, row.record_type)
        row.settings, row.mapping = settings, mapped
        if secret is not None:
            row.secret = self._sealed(row.name, secret)
        row.revision, row.author_id, row.state, row.signature_id = (
            row.revision + 1,
            unit.actor.id,
            "draft",
            None,
        )
        unit.flush()
        return row

    def suspend(self, unit: Unit, source_id: str, version: int | None = None) -> Source:
        """Read nothing by it any more, until it is changed and approved anew."""
        row = unit.get(Source, source_id, version)
        state = rules.move(rules.SOURCE, row.state, "suspend")
        if state is None:
            raise Refused(f"The source {row.name} is {row.state} already.")
        row.state = state
        unit.flush()
        return row

    def secret(self, row: Source) -> str:
        """The source's password or token; "" if it has none."""
        if row.secret is None:
            return ""
        return self._vault.open(_purpose(row.name), row.secret.encode(), f"The secret of {row.name}").decode()

    @staticmethod
    def settings(row: Source) -> dict[str, Any]:
        """Where it is, without how it is compared."""
        return {name: value for name, value in row.settings.items() if name != "period"}

    @staticmethod
    def period(row: Source) -> str:
        """By which periods both sides are compared."""
        return str(row.settings.get("period", PERIOD))

    def _check(self, kind: str, settings: dict[str, Any], mapped: dict[str, Any], record_type: str) -> None:
        reading.check(kind, {name: value for name, value in settings.items() if name != "period"})
        if settings.get("period", PERIOD) not in rules.PERIODS:
            raise Invalid(
                f"{str(settings['period'])[:40]!r} is no period.",
                do=f"Use one of {', '.join(rules.PERIODS)}.",
                where="settings.period",
            )
        mapping.read(mapped, record_type)

    def _sealed(self, name: str, secret: str | None) -> str | None:
        return self._vault.seal(_purpose(name), secret.encode()).decode() if secret else None

    # --- the signature ----------------------------------------------------------------------------------------

    def content(self, session: Session, record_id: str, _data: dict[str, Any]) -> dict[str, Any]:
        """What is signed."""
        row = queries.get(session, Source, record_id)
        return {
            "name": row.name,
            "revision": row.revision,
            "system": row.system,
            "record_type": row.record_type,
            "kind": row.kind,
            "legacy": row.legacy,
            "settings": row.settings,
            "mapping": row.mapping,
            "mapping_digest": digest(row.mapping),
            "has_secret": row.secret is not None,
        }

    def blockers(self, session: Session, record_id: str, actor: Actor, _data: dict[str, Any]) -> list[str]:
        """What stands against approving it."""
        row = queries.get(session, Source, record_id)
        reasons = []
        if rules.move(rules.SOURCE, row.state, "approve") is None:
            reasons.append(f"The source {row.name} is {row.state}.")
        if row.author_id == actor.id:
            reasons.append("Who drafted a source does not approve it; another person must.")
        if not owned(session, row):
            reasons.append(
                f"No approved declaration names {row.system} as the system of record for "
                f"{row.record_type.replace('_', ' ')}s."
            )
        return reasons

    def approve(self, unit: Unit, record_id: str, _data: dict[str, Any], signature: Signature) -> None:
        """It is read from now on."""
        row = unit.get(Source, record_id)
        row.state, row.signature_id = "active", signature.id
        unit.emit("systems.source.approved", row, {"name": row.name, "revision": row.revision})


def owned(session: Session, row: Source) -> bool:
    """Whether the source's system was ever declared the system of record for its kind of record."""
    return any(
        one.system == row.system and one.record_type == row.record_type for one in queries.homes(session)
    )


def whose(
    declared: list[rules.Home], row: Source, material: str | None, time: datetime | None, now: datetime
) -> str | None:
    """Why a record may not be taken as a copy: whose it is instead. None if it may.

    What is copied every day must be the source's system's now; what is brought over once must have been when the
    record was made.
    """
    at = (time or now) if row.legacy else now
    found = rules.home(declared, row.record_type, material, at)
    if found is not None and found.system == row.system:
        return None
    owner = found.system if found else rules.TITER
    of = f" of {material}" if material else ""
    return f"The system of record for {row.record_type.replace('_', ' ')}s{of} is {owner}, not {row.system}."


def _purpose(name: str) -> str:
    return f"source/{name}"
