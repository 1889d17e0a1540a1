"""Walking a model along one batch, and the log of it that replays bit for bit."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from titer.base.canonical import canonical
from titer.base.errors import IntegrityFault
from titer.insight.features import believed, evaluate, positions
from titer.insight.fitted import STATISTICS, Fitted, standardise
from titer.science.monitoring import (
    MISSING,
    EventState,
    advance,
    contributions,
    drift_statistic,
    score_rows,
)

Floats = NDArray[np.float64]
FORMAT = "titer.prediction-block/1"
VERDICTS = ("ok", "undecided", "out of domain", "bad input")


@dataclass(frozen=True)
class Contribution:
    """A feature's part in a statistic of a row; `deviation` in standard deviations from the tunnel's mean."""

    feature: str
    statistic: str
    share: float
    deviation: float
    value: float
    normal: float


@dataclass(frozen=True)
class ScoredRow:
    """One row's outcome. `ratio` is the largest statistic in parts of its limit (above 1 = alarming)."""

    at_us: int
    hour: float
    t2: float
    spe: float
    drift: float
    verdict: str
    alarming: bool
    ratio: float
    begins: bool
    ends: bool
    top: tuple[Contribution, ...]


@dataclass
class BatchScorer:
    """Scores one batch, row after row; holds its inputs since the batch began.

    Args:
        fitted: the model.
        start_us: the batch's start, plant time.
    """

    fitted: Fitted
    start_us: int
    times: list[int] = field(default_factory=list)
    rows: list[Floats] = field(default_factory=list)
    event: EventState = field(default_factory=EventState)
    drift: Floats = field(init=False)

    def __post_init__(self) -> None:
        self.drift = np.zeros(len(self.fitted.spec.features))

    def take(self, times_us: Sequence[int], values: Floats) -> list[ScoredRow]:
        """Score the next rows.

        Args:
            times_us: instants, plant time, growing.
            values: rows x channels; NaN = bad, stale or missing.

        Returns:
            One ScoredRow each. The same rows in other portions give the same bits.
        """
        spec, first = self.fitted.spec, len(self.times)
        self.times.extend(int(t) for t in times_us)
        self.rows.extend(np.asarray(row, dtype=np.float64) for row in values)
        if len(self.times) == first:
            return []
        history = believed(np.vstack(self.rows), spec)
        hours = (np.array(self.times, dtype=np.int64) - self.start_us) / 3.6e9
        features, mask = evaluate(history, spec)
        bins, since = positions(history, hours, spec)
        new = slice(first, None)
        standard = standardise(features[new], mask[new], bins[new], self.fitted.tunnel, spec)
        score = score_rows(standard.z, standard.mask, self.fitted.subspace)
        hidden = np.where(standard.decided[:, None], standard.mask, MISSING).astype(np.uint8)
        drift, drift_parts, self.drift = drift_statistic(
            score.residuals, hidden, self.fitted.drift, self.drift
        )
        table = np.column_stack([score.t2, score.spe, drift])
        ratios = table / self.fitted.limits
        result = []
        for r in range(len(times_us)):
            decided = bool(standard.decided[r])
            alarming = decided and bool((table[r] > self.fitted.limits).any())
            begins = ends = False
            if decided:
                self.event, begins, ends = advance(self.event, alarming, spec.event)
            top: tuple[Contribution, ...] = ()
            if alarming or begins:
                t2_parts, spe_parts = contributions(standard.z[r], score, r, self.fitted.subspace)
                parts = {"T2": t2_parts, "SPE": spe_parts, "drift": drift_parts[r]}
                place = int(np.clip(bins[first + r], 0, self.fitted.tunnel.bins - 1))
                top = self._top(parts, ratios[r], standard.z[r], features[first + r], place)
            result.append(
                ScoredRow(
                    at_us=self.times[first + r],
                    hour=float(since[first + r]),
                    t2=float(table[r, 0]),
                    spe=float(table[r, 1]),
                    drift=float(table[r, 2]),
                    verdict=_verdict(decided, bool(standard.bad[r]), int(bins[first + r])),
                    alarming=alarming,
                    ratio=float(ratios[r].max()),
                    begins=begins,
                    ends=ends,
                    top=top,
                )
            )
        return result

    def _top(
        self, parts: dict[str, Floats], ratios: Floats, z: Floats, values: Floats, place: int
    ) -> tuple[Contribution, ...]:
        """The five largest shares of the statistic that lies furthest above its limit."""
        statistic = STATISTICS[int(np.argmax(ratios))]
        size = np.abs(parts[statistic])
        whole = float(size.sum()) or 1.0
        best = np.argsort(-size, kind="stable")[:5]
        return tuple(
            Contribution(
                feature=self.fitted.spec.features[j].name,
                statistic=statistic,
                share=float(size[j]) / whole,
                deviation=float(z[j]),
                value=float(values[j]),
                normal=float(self.fitted.tunnel.mean[place, j]),
            )
            for j in best
            if size[j] > 0
        )


def _verdict(decided: bool, bad: bool, place: int) -> str:
    if decided:
        return "ok"
    if bad:
        return "bad input"
    return "undecided" if place < 0 else "out of domain"


def encode_block(
    scored: Sequence[ScoredRow],
    inputs: Floats,
    *,
    watch: dict[str, str],
    previous: str | None,
    start_us: int,
) -> bytes:
    """Canonical bytes of a block of the prediction log.

    Args:
        scored: its rows.
        inputs: rows x channels as they were scored (NaN = not there).
        watch: ids that name what was scored by what (batch, deployment, model's digest).
        previous: digest of the block before, or None for the first; blocks form a chain.
        start_us: the batch's start.
    """
    columns = {
        "t2": np.array([row.t2 for row in scored]),
        "spe": np.array([row.spe for row in scored]),
        "drift": np.array([row.drift for row in scored]),
        "hour": np.array([row.hour for row in scored]),
    }
    return canonical(
        {
            "format": FORMAT,
            "watch": watch,
            "previous": previous,
            "start_us": start_us,
            "times_us": [row.at_us for row in scored],
            "channels": int(inputs.shape[1]),
            "inputs": _packed(inputs),
            "columns": {name: _packed(values) for name, values in columns.items()},
            "verdict": [VERDICTS.index(row.verdict) for row in scored],
            "alarming": [row.alarming for row in scored],
            "begins": [row.begins for row in scored],
            "ends": [row.ends for row in scored],
            "top": [
                [
                    {
                        "feature": c.feature,
                        "statistic": c.statistic,
                        "share": f"{c.share:.4f}",
                        "deviation": f"{c.deviation:.3f}",
                        "value": repr(c.value),
                        "normal": repr(c.normal),
                    }
                    for c in row.top
                ]
                for row in scored
            ],
        }
    )


@dataclass(frozen=True)
class Block:
    """A block that was read back: the raw document, and its columns as numbers."""

    document: dict[str, Any]
    inputs: Floats
    columns: dict[str, Floats]

    @property
    def times_us(self) -> list[int]:
        """Instants, plant time."""
        return list(self.document["times_us"])


def decode_block(data: bytes) -> Block:
    """Read a block.

    Raises:
        IntegrityFault: if it is none.
    """
    document = json.loads(data)
    if document.get("format") != FORMAT:
        raise IntegrityFault("A block of the prediction log has an unknown format.")
    inputs = _unpacked(document["inputs"]).reshape(-1, document["channels"])
    return Block(document, inputs, {k: _unpacked(v) for k, v in document["columns"].items()})


def replay(fitted: Fitted, blocks: Sequence[bytes]) -> BatchScorer:
    """Score a chain of blocks again from its first row, and insist on the same bytes.

    Returns:
        The scorer as it stood after the last block, so that scoring can go on from there.

    Raises:
        IntegrityFault: naming the first block whose scores, links or bytes differ.
    """
    scorer: BatchScorer | None = None
    previous: str | None = None
    for number, data in enumerate(blocks, start=1):
        block = decode_block(data)
        if scorer is None:
            scorer = BatchScorer(fitted, int(block.document["start_us"]))
        scored = scorer.take(block.times_us, block.inputs)
        again = encode_block(
            scored, block.inputs, watch=block.document["watch"], previous=previous, start_us=scorer.start_us
        )
        if again != data:
            raise IntegrityFault(
                f"Block {number} of the prediction log does not replay to the same bytes.",
                why="Its inputs, its place in the chain, the model or the arithmetic have changed.",
                do="Suspend the model, and compare the block with the ledger.",
            )
        previous = hashlib.sha256(data).hexdigest()
    if scorer is None:
        raise IntegrityFault("There is no block to replay.")
    return scorer


def _packed(values: Floats) -> str:
    return base64.b64encode(np.ascontiguousarray(values, dtype="<f8").tobytes()).decode()


def _unpacked(text: str) -> Floats:
    return np.frombuffer(base64.b64decode(text), dtype="<f8").astype(np.float64)
