"""A logged-in session, and the questions that a notebook asks."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self

if TYPE_CHECKING:
    import pyarrow as pa

Kind = Literal["pandas", "polars", "arrow"]
Instant = datetime | str


class Refused(Exception):
    """The hub refused or could not answer.

    Attributes:
        status: of the answer, as HTTP numbers them.
        problem: the problem document (RFC 9457), or what stood in its place.
    """

    def __init__(self, status: int, problem: Mapping[str, Any]) -> None:
        parts = (problem.get("where"), problem.get("detail"), problem.get("why"), problem.get("do"))
        super().__init__(" ".join(str(part) for part in parts if part) or f"The hub answered {status}.")
        self.status = status
        self.problem = dict(problem)


@dataclass(frozen=True)
class Last:
    """The newest value of a channel.

    Attributes:
        tag: the channel.
        value: the number, or None where it is text.
        text: the text, or None.
        unit: of the value.
        source_at: the source's own time.
        quality: 0 good, 1 uncertain, 2 bad.
        age: by the plant's clock.
    """

    tag: str
    value: float | None
    text: str | None
    unit: str
    source_at: datetime
    quality: int
    age: timedelta


@dataclass(frozen=True)
class Acquisitions:
    """Spectra or chromatograms of one channel along one axis.

    Attributes:
        tag: the channel.
        times: when each was taken (UTC), datetime64 [n].
        axis: what the values stand along, float64 [m].
        axis_name: of the axis, e.g. Raman shift.
        axis_unit: of the axis.
        values: float64 [n, m].
        unit: of the values.
        quality: good, uncertain or bad, of each.
    """

    tag: str
    times: Any
    axis: Any
    axis_name: str
    axis_unit: str
    values: Any
    unit: str
    quality: list[str]


class Titer:
    """A session with a hub.

    Args:
        url: of the hub, e.g. `https://titer.example:8400`.
        certificate: PEM file of the hub's certificate or its authority, where the system does not know it.
        client: an httpx client to use instead of one of its own.
    """

    def __init__(self, url: str, *, certificate: Path | str | None = None, client: Any = None) -> None:
        import ssl

        import httpx2 as httpx

        if client is None:
            trusted = ssl.create_default_context(cafile=None if certificate is None else str(certificate))
            client = httpx.Client(base_url=url, timeout=120, trust_env=False, verify=trusted)
        self._client = client
        self._csrf = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def log_in(self, username: str, password: str, *, code: str = "") -> None:
        """Open a session in the name of a person.

        Args:
            username: of the person.
            password: of the person.
            code: of the person's authenticator, where one is asked for.

        Raises:
            Refused: if the hub does.
        """
        body = {"username": username, "password": password, **({"totp": code} if code else {})}
        answer = self._answer(self._client.post("/api/session", json=body)).json()
        self._csrf = answer["csrf"]

    def close(self) -> None:
        """End the session."""
        if self._csrf:
            self._client.delete("/api/session", headers={"X-CSRF-Token": self._csrf})
            self._csrf = ""
        self._client.close()

    def channels(self) -> list[dict[str, Any]]:
        """All channels that the plant has."""
        found: list[dict[str, Any]] = self._answer(self._client.get("/api/equipment/channels")).json()
        return found

    def history(
        self,
        tags: Sequence[str],
        start: Instant,
        end: Instant,
        *,
        as_of: Instant | None = None,
        frame: Kind = "pandas",
    ) -> Any:
        """The effective observations, one row each.

        Args:
            tags: at most 64 channels.
            start: with its time zone.
            end: not included.
            as_of: leaves out what was received later: the answer that would have been given then.
            frame: what comes back: a frame of pandas or polars, or an Arrow table.

        Returns:
            tag, source_time, received_time, value, text, unit, quality, status, origin; channel by channel, each by
            source time. `quality` is good, uncertain or bad; nothing is left out because of it.

        Raises:
            Refused: if the hub does.
        """
        params = {"tags": list(tags), "format": "arrow", **_range(start, end, as_of)}
        return _as(frame, self._arrow("/api/historian/export", params))

    def aligned(
        self,
        tags: Sequence[str],
        start: Instant,
        end: Instant,
        *,
        step: timedelta,
        max_age: timedelta | None = None,
        as_of: Instant | None = None,
        frame: Kind = "pandas",
    ) -> Any:
        """Channels on common instants: the last value at or before each.

        Args:
            tags: the columns of the answer.
            start: first instant, with its time zone.
            end: not included.
            step: distance of the instants.
            max_age: an older value is not the present one, and missing in the answer; ten steps if left out.
            as_of: leaves out what was received later.
            frame: what comes back.

        Returns:
            `time`, a column for each channel, in which what is not known, or bad, is missing, and behind them one for
            the quality of each (`TAG.quality`: good, uncertain or bad).

        Raises:
            Refused: if the hub does.
        """
        params = {
            "tags": list(tags),
            "step_us": round(step / timedelta(microseconds=1)),
            "max_age_us": round((max_age or 10 * step) / timedelta(microseconds=1)),
            **_range(start, end, as_of),
        }
        return _as(frame, self._arrow("/api/historian/aligned", params))

    def summary(
        self, tags: Sequence[str], start: Instant, end: Instant, *, every: timedelta, frame: Kind = "pandas"
    ) -> Any:
        """Per channel and bucket of time: the smallest, largest, first and last number, and how many values.

        Args:
            tags: at most 64 channels.
            start: begin of the first bucket, with its time zone.
            end: not included.
            every: width of a bucket. Over several days, full minutes or hours that begin on one are quickest: they
                come out of roll-ups, and `attrs["rollups"]` (pandas) or the schema's metadata (arrow) says so.
            frame: what comes back.

        Returns:
            tag, time (the bucket's begin), min, max, first, last, count, uncertain, bad, unit. Bad values are counted
            and take part in nothing else; a bucket without values is not there.

        Raises:
            Refused: if the hub does.
        """
        width = round(every / timedelta(microseconds=1))
        params = {"tags": list(tags), "width_us": width, **_range(start, end, None)}
        table = self._arrow("/api/historian/summary", params)
        answer = _as(frame, table)
        if frame == "pandas":
            answer.attrs["rollups"] = json.loads(table.schema.metadata[b"titer.rollups"])
        return answer

    def acquisitions(
        self, tag: str, start: Instant, end: Instant, *, as_of: Instant | None = None
    ) -> list[Acquisitions]:
        """Spectra or chromatograms of a channel as 2-d arrays, one for each axis that they were taken along.

        Args:
            tag: the channel.
            start: with its time zone.
            end: not included.
            as_of: leaves out what was received later.

        Raises:
            Refused: if the hub does.
        """
        import numpy as np

        params = {"tags": [tag], "format": "arrow", **_range(start, end, as_of)}
        table = self._arrow("/api/historian/acquisitions", params)
        axes = json.loads(table.schema.metadata[b"titer.axes"])
        named = table.column("axis").to_pylist()
        found = []
        for digest in dict.fromkeys(named):
            rows = [row for row, name in enumerate(named) if name == digest]
            part = table.take(rows)
            axis = axes[digest]
            found.append(
                Acquisitions(
                    tag=tag,
                    times=part.column("source_time").to_numpy(),
                    axis=np.array([float(one) for one in axis["values"]]),
                    axis_name=axis["name"],
                    axis_unit=axis["unit"],
                    values=np.array(part.column("values").to_pylist(), dtype=float),
                    unit=part.column("unit").to_pylist()[0] or "",
                    quality=part.column("quality").to_pylist(),
                )
            )
        return found

    def last(self, tags: Sequence[str]) -> dict[str, Last]:
        """The newest value of each channel that ever had one.

        Raises:
            Refused: if the hub does.
        """
        answer = self._answer(self._client.get("/api/historian/last", params={"tags": list(tags)}))
        return {
            row["tag"]: Last(
                tag=row["tag"],
                value=row["value"],
                text=row["text"],
                unit=row["unit"],
                source_at=datetime.fromisoformat(row["source_at"]),
                quality=row["quality"],
                age=timedelta(seconds=row["age_s"]),
            )
            for row in answer.json()
        }

    def _arrow(self, path: str, params: dict[str, Any]) -> pa.Table:
        import pyarrow as pa

        answer = self._answer(self._client.get(path, params=params))
        with pa.ipc.open_stream(io.BytesIO(answer.content)) as reader:
            return reader.read_all()

    @staticmethod
    def _answer(answer: Any) -> Any:
        if answer.status_code < 400:
            return answer
        try:
            problem = answer.json()
        except ValueError:
            problem = {"detail": answer.text[:300]}
        raise Refused(answer.status_code, problem)


def _range(start: Instant, end: Instant, as_of: Instant | None) -> dict[str, str]:
    stated = {"start": _text(start), "end": _text(end)}
    return stated if as_of is None else {**stated, "as_of": _text(as_of)}


def _text(instant: Instant) -> str:
    """ISO 8601; an instant without its zone is left for the hub to refuse."""
    if isinstance(instant, str):
        return instant
    return (instant.astimezone(UTC) if instant.tzinfo is not None else instant).isoformat()


def _as(kind: Kind, table: pa.Table) -> Any:
    """A table as the frame that was asked for.

    Raises:
        ValueError: for another word than pandas, polars, arrow.
        ImportError: if the library is not installed.
    """
    if kind == "arrow":
        return table
    if kind == "pandas":
        return table.to_pandas()
    if kind == "polars":
        import polars

        return polars.from_arrow(table)
    raise ValueError(f"{kind!r} is none of pandas, polars, arrow")
