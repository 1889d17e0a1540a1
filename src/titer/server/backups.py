"""HTTP of backups: taking one, which leaves as a stream, restoring one on trial, and what was done so far."""

from __future__ import annotations

import shutil
import tempfile
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

from fastapi import APIRouter, BackgroundTasks, Request
from fastapi.responses import FileResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select

from titer.app import backup
from titer.app.backup.model import Backup, Restore, RestoreDrill
from titer.base.errors import Refused
from titer.record.http import ActingPerson, Current, Reading, require_fresh
from titer.record.routes.proof import ProofIn, prove_again

router = APIRouter(tags=["record"])


class BackupWanted(BaseModel):
    """A backup to take: why, how it is encrypted, whether the sealed keys go along; and a proof of identity.

    The key that opens the sealed keys (`with_key_file`) goes along with no backup that leaves over the network.
    """

    proof: ProofIn
    reason: str = Field(min_length=1, max_length=2000)
    encrypt: Literal["no", "passphrase", "key"] = "no"
    passphrase: str | None = Field(default=None, max_length=1000)
    with_keys: bool = False
    with_key_file: bool = False


class DrillWanted(BaseModel):
    """A restore on trial of a backup that is taken now."""

    reason: str = Field(min_length=1, max_length=2000)


class _Out(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    id: str
    version: int
    recorded_at: datetime
    process_at: datetime


class BackupOut(_Out):
    """A backup that was taken; `digest` is that of its manifest."""

    file_name: str
    place: str
    digest: str
    size: int
    tree_size: int
    root: str
    encrypted: str
    keys: list[str]
    taken_at: datetime
    seconds: Decimal


class RestoreOut(_Out):
    """A restore that somebody accepted; `lost` counts witnessed entries that the backup did not have."""

    backup_digest: str
    file_name: str
    tree_size: int
    witnessed_size: int | None
    lost: int | None
    statement: str
    accepted_by: str
    restored_at: datetime


class DrillOut(_Out):
    """A restore on trial."""

    backup_digest: str
    file_name: str
    performed_by: str
    started_at: datetime
    seconds: Decimal
    holds: bool
    verdict: str
    tree_size: int
    files: int


class BackupsOut(BaseModel):
    """What was backed up, restored and tried, newest first."""

    backups: list[BackupOut]
    restores: list[RestoreOut]
    drills: list[DrillOut]


@router.get("/api/backups")
def server_backups(session: Reading, limit: Annotated[int, Field(ge=1, le=500)] = 100) -> BackupsOut:
    """What was backed up, restored and tried, newest first."""
    return BackupsOut(
        backups=[
            BackupOut.model_validate(row)
            for row in session.scalars(select(Backup).order_by(Backup.id.desc()).limit(limit))
        ],
        restores=[
            RestoreOut.model_validate(row)
            for row in session.scalars(select(Restore).order_by(Restore.id.desc()).limit(limit))
        ],
        drills=[
            DrillOut.model_validate(row)
            for row in session.scalars(select(RestoreDrill).order_by(RestoreDrill.id.desc()).limit(limit))
        ],
    )


@router.post(
    "/api/backups",
    response_class=FileResponse,
    responses={200: {"content": {"application/octet-stream": {}}}},
)
def server_take_backup(
    body: BackupWanted, request: Request, who: ActingPerson, session: Current, after: BackgroundTasks
) -> FileResponse:
    """Take a backup of the whole installation, with fresh proof; it is the answer.

    No path is named: what leaves, leaves here.
    """
    platform = request.app.state.platform
    _require_no_open_keys(body)
    prove_again(body.proof, session, request)
    require_fresh(request, "record.backup", session)
    protection = None
    if body.encrypt == "passphrase":
        protection = backup.Protection(passphrase=body.passphrase or "")
    elif body.encrypt == "key":
        protection = backup.Protection(vault=platform.vault)
    platform.record.require(who, "record.backup")
    room = Path(tempfile.mkdtemp(prefix="titer-backup-"))
    after.add_task(shutil.rmtree, room, ignore_errors=True)
    try:
        taken = backup.take(
            platform,
            room,
            actor=who,
            reason=body.reason,
            protection=protection,
            with_keys=body.with_keys,
            place=f"sent to {request.client.host if request.client else 'somebody'}",
        )
    except BaseException:
        shutil.rmtree(room, ignore_errors=True)
        raise
    return FileResponse(
        taken.path,
        media_type="application/octet-stream",
        filename=taken.path.name,
        headers={"X-Backup-Digest": taken.digest},
        background=after,
    )


def _require_no_open_keys(body: BackupWanted) -> None:
    """Who has the keys in the open has the installation: its past, its people's credentials, and its seal."""
    if body.with_key_file:
        raise Refused(
            "The installation's key does not leave over the network.",
            why="Whoever has it and a backup has everything.",
            do="Copy it on the machine itself, and keep it apart from the backups.",
        )
    if body.with_keys and body.encrypt == "no":
        raise Refused(
            "Keys leave in an encrypted backup alone.",
            do="Choose a passphrase or the installation's key, or leave the keys out.",
        )


@router.post("/api/backups/drill", status_code=201)
def server_drill(body: DrillWanted, request: Request, who: ActingPerson) -> DrillOut:
    """Take a backup, restore it into a temporary place, verify it there, and enter the outcome."""
    platform = request.app.state.platform
    if platform.config.database is not None:
        raise Refused(
            "On PostgreSQL a trial needs an empty database of its own.",
            do="Run `titer backup --drill --database ... --owner ...` while the hub stands still.",
        )
    row = backup.drill(platform, actor=who, reason=body.reason)
    return DrillOut.model_validate(row)
