"""Tables of what a site keeps an eye on."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from titer.record import Base, Regulated


class AlcoaRun(Regulated, Base):
    """How the nine principles stood at an instant: what was asked, how much was looked at, how much was found.

    `principles` holds each principle with its state and its counts, and those of its questions; the exceptions
    themselves are in the records that they are about, and are shown by asking again.
    """

    __tablename__ = "govern_alcoa_run"
    __append_only__ = True

    ran_at: Mapped[datetime] = mapped_column(index=True)
    sentence: Mapped[str] = mapped_column()
    principles: Mapped[list[dict[str, Any]]] = mapped_column()
    kept_by: Mapped[str] = mapped_column()
