"""HTTP of outlooks: what an alert would cost if nobody did anything."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel

from titer.record.http import Reading
from titer.twin.outlooks import outlook_by, outlooks
from titer.twin.routes.twins import _Out

router = APIRouter()


class TwinQuantiles(BaseModel):
    """Median and 95 % band, as decimal text."""

    low: str
    median: str
    high: str


class TwinDelivered(BaseModel):
    """A feed of which not all arrives: the share of what was commanded, over the time of the alert."""

    input: str
    share: str


class TwinOutlookFigure(BaseModel):
    """One output at harvest: as things are, with feeds as commanded, and the difference (paired, as is - corrected).

    `corrected` and `cost` are null where no feed differs from what is commanded.
    """

    output: str
    unit: str
    as_is: TwinQuantiles
    corrected: TwinQuantiles | None = None
    cost: TwinQuantiles | None = None


class TwinOutlookOut(_Out):
    """What an alert would cost if nobody did anything, as the twin saw it at hour `hour` of the culture.

    `figures` is empty where `refused_because` says why nothing can be said. `scenarios` (`as_is`, `corrected`) are
    ids of the whole courses with bands: GET /api/twin/scenarios/{id}. `twin_state` other than LIVE: `twin_reasons`
    say what is to be kept in mind.
    """

    number: str
    instance_id: str
    batch_id: str
    batch_number: str
    alert_id: str
    alert_number: str
    alert_title: str
    raised_at: datetime
    hour: int
    horizon_h: int
    twin_state: str
    twin_reasons: list[str]
    delivered: list[TwinDelivered]
    figures: list[TwinOutlookFigure]
    sentence: str
    refused_because: str | None
    scenarios: dict[str, str]


@router.get("/outlooks")
def twin_outlooks(session: Reading, batch_id: str | None = None) -> list[TwinOutlookOut]:
    """Outlooks, newest first, of a batch (id or number)."""
    return [TwinOutlookOut.model_validate(row) for row in outlooks(session, batch_id=batch_id)]


@router.get("/outlooks/{key}")
def twin_outlook(key: str, session: Reading) -> TwinOutlookOut:
    """One outlook, by its id or number, or by its alert's id or number."""
    return TwinOutlookOut.model_validate(outlook_by(session, key))
