"""What a monitoring model is asked to be: channels, derived features, axis, limits, events. A plain document.

The document holds no floats (numbers are integers or text), so it can be hashed, signed and compared.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from titer.base.errors import Invalid
from titer.science.monitoring import EventRule

ALGORITHMS = ("pca-tunnel/1",)
OPERATIONS = {"mean": 1, "change": 1, "ratio": 2, "median_ratio": 2, "exchange": 2, "balance": 2}


@dataclass(frozen=True)
class Channel:
    """A channel the model reads.

    Attributes:
        tag: its identity.
        unit: unit in which the model wants it.
        low, high: range in which a value is believed, in that unit; outside it counts as missing.
        max_age_minutes: an older value counts as missing (set-points report on change, so theirs is long).
    """

    tag: str
    unit: str
    low: float
    high: float
    max_age_minutes: int = 60


@dataclass(frozen=True)
class Feature:
    """A number derived from channels, over the last `window` rows.

    Operations:
        mean: mean of tag 1.
        change: growth of tag 1 an hour.
        ratio: sum of tag 1 over sum of tag 2, over the rows in which tag 2 is above `floor`.
        median_ratio: median of tag 1 over tag 2, over the rows in which tag 2 is above `floor` (at least three):
            one row that was sampled while a valve was just opening does not count.
        exchange: `sign` x growth of tag 1 over growth of tag 2, while tag 2 grew by more than `floor`.
        balance: sum of tag 1 over sum of tag 2 since hour 0 of the axis, once the latter is above `floor`.

    A feature that does not apply (nothing is fed, say) is *inactive*: neither missing nor normal. So is a ratio
    for `settle` rows after tag 2 (a set-point) has changed by more than 0.5 %: a loop is given time to follow.

    `least_sd` (in the feature's unit) is what the equipment itself leaves open, such as a loop's dead band: where in
    it a value lies says nothing, and a few batches that happen to agree there do not make the others abnormal.
    """

    name: str
    operation: str
    tags: tuple[str, ...]
    window: int = 1
    floor: float = 0.0
    sign: int = 1
    settle: int = 0
    least_sd: float = 0.0
    title: str = ""


@dataclass(frozen=True)
class Origin:
    """Where hour 0 lies: `batch` (its start) or `tag_above` (the row that completes `rows` rows in a row in
    which `tag` is above `above`; known on line, and the same in historic files)."""

    kind: str = "batch"
    tag: str = ""
    above: float = 0.0
    rows: int = 3


@dataclass(frozen=True)
class Axis:
    """Positions along the batch: from hour `from_h` to `until_h` in bins of `bin_minutes`."""

    origin: Origin
    from_h: float
    until_h: float
    bin_minutes: int = 60

    @property
    def bins(self) -> int:
        """Number of bins."""
        return max(1, round((self.until_h - self.from_h) * 60 / self.bin_minutes))


@dataclass(frozen=True)
class Fit:
    """How to fit: share of variance (or number) of components, pooling of bins, weight of the drift mean."""

    explained: float = 0.8
    components: int | None = None
    half_width: int = 2
    drift_weight: float = 0.05
    least_support: int = 5


@dataclass(frozen=True)
class Promise:
    """What the limits are calibrated for: rows falsely alarming, events a batch, and a margin on top."""

    false_alarm_rate: float = 0.01
    events_per_batch: float = 0.0
    margin: float = 0.1


@dataclass(frozen=True)
class Spec:
    """A monitoring model's specification."""

    name: str
    algorithm: str
    context_of_use: str
    step_minutes: int
    axis: Axis
    channels: tuple[Channel, ...]
    features: tuple[Feature, ...]
    fit: Fit
    promise: Promise
    event: EventRule
    missing_share: float

    @property
    def tags(self) -> tuple[str, ...]:
        """The channels' tags, in order."""
        return tuple(channel.tag for channel in self.channels)

    def to_document(self) -> dict[str, Any]:
        """The canonical document: floats as shortest text that reads back to the same number."""
        document = _texts(asdict(self))
        if not isinstance(document, dict):
            raise TypeError("a specification is an object")
        return document


def parse_spec(document: Mapping[str, Any]) -> Spec:
    """Read a specification.

    Raises:
        Invalid: with the field, what is wrong, and what is allowed.
    """
    top = _Reader(document, "spec")
    algorithm = top.text("algorithm", ALGORITHMS[0])
    if algorithm not in ALGORITHMS:
        raise Invalid(
            f"The algorithm {algorithm!r} is unknown.", where="spec.algorithm", do=_one_of(ALGORITHMS)
        )
    channels = tuple(
        Channel(
            r.text("tag"), r.text("unit"), r.number("low"), r.number("high"), r.whole("max_age_minutes", 60)
        )
        for r in top.list("channels")
    )
    tags = [channel.tag for channel in channels]
    if len(set(tags)) != len(tags) or not tags:
        raise Invalid("Each channel is named once, and there is at least one.", where="spec.channels")
    features = tuple(_feature(r, tags) for r in top.list("features"))
    names = [feature.name for feature in features]
    if len(set(names)) != len(names) or len(names) < 2:
        raise Invalid("Features need names of their own, and there are at least two.", where="spec.features")
    axis, fit, promise, event = (top.part(p) for p in ("axis", "fit", "promise", "event"))
    spec = Spec(
        name=top.text("name"),
        algorithm=algorithm,
        context_of_use=top.text("context_of_use"),
        step_minutes=top.whole("step_minutes", 10),
        axis=Axis(
            _origin(axis.part("origin"), tags),
            axis.number("from_h", 0.0),
            axis.number("until_h"),
            axis.whole("bin_minutes", 60),
        ),
        channels=channels,
        features=features,
        fit=Fit(
            fit.number("explained", 0.8),
            fit.whole("components") if fit.has("components") else None,
            fit.whole("half_width", 2),
            fit.number("drift_weight", 0.05),
            fit.whole("least_support", 5),
        ),
        promise=Promise(
            promise.number("false_alarm_rate", 0.01),
            promise.number("events_per_batch", 0.0),
            promise.number("margin", 0.1),
        ),
        event=_event(event),
        missing_share=top.number("missing_share", 0.3),
    )
    _check_ranges(spec)
    return spec


def _feature(reader: _Reader, tags: list[str]) -> Feature:
    operation = reader.text("operation")
    if operation not in OPERATIONS:
        raise Invalid(
            f"The operation {operation!r} is unknown.", where=reader.where, do=_one_of(tuple(OPERATIONS))
        )
    named = tuple(str(tag) for tag in reader.value("tags"))
    if len(named) != OPERATIONS[operation] or not set(named) <= set(tags):
        raise Invalid(
            f"The operation {operation} takes {OPERATIONS[operation]} of the channels listed above.",
            where=f"{reader.where}.tags",
        )
    window = reader.whole("window", 1)
    if window < 1 or window > 1000 or (operation in ("change", "exchange") and window < 2):
        raise Invalid(
            "A window has 1 to 1,000 rows (2 at least for a growth).", where=f"{reader.where}.window"
        )
    sign = reader.whole("sign", 1)
    if sign not in (-1, 1):
        raise Invalid("A sign is 1 or -1.", where=f"{reader.where}.sign")
    settle = reader.whole("settle", 0)
    if not 0 <= settle <= 1000:
        raise Invalid("A loop settles within 0 to 1,000 rows.", where=f"{reader.where}.settle")
    least_sd = reader.number("least_sd", 0.0)
    if least_sd < 0:
        raise Invalid("A least standard deviation is 0 or more.", where=f"{reader.where}.least_sd")
    return Feature(
        reader.text("name"),
        operation,
        named,
        window,
        reader.number("floor", 0.0),
        sign,
        settle,
        least_sd,
        reader.text("title", ""),
    )


def _origin(reader: _Reader, tags: list[str]) -> Origin:
    kind = reader.text("kind", "batch")
    if kind == "batch":
        return Origin()
    if kind != "tag_above" or reader.text("tag", "") not in tags:
        raise Invalid("An origin is `batch`, or `tag_above` one of the channels.", where=reader.where)
    return Origin(kind, reader.text("tag"), reader.number("above"), reader.whole("rows", 3))


def _event(reader: _Reader) -> EventRule:
    try:
        return EventRule(reader.whole("rows", 3), reader.whole("of", 3), reader.whole("quiet", 12))
    except ValueError as error:
        raise Invalid(str(error), where=reader.where) from error


def _check_ranges(spec: Spec) -> None:
    checks = (
        (1 <= spec.step_minutes <= 1440, "step_minutes", "1 to 1440"),
        (spec.axis.from_h < spec.axis.until_h <= 20_000, "axis.until_h", "after from_h, at most 20,000 h"),
        (spec.axis.bin_minutes >= spec.step_minutes, "axis.bin_minutes", "at least step_minutes"),
        (0 < spec.fit.explained < 1, "fit.explained", "between 0 and 1"),
        (0 < spec.fit.drift_weight <= 1, "fit.drift_weight", "above 0, at most 1"),
        (0 <= spec.fit.half_width <= 1000, "fit.half_width", "0 to 1,000"),
        (0 < spec.promise.false_alarm_rate < 0.5, "promise.false_alarm_rate", "between 0 and 0.5"),
        (spec.promise.events_per_batch >= 0, "promise.events_per_batch", "0 or more"),
        (spec.promise.margin >= 0, "promise.margin", "0 or more"),
        (0 <= spec.missing_share < 1, "missing_share", "0 to 1"),
    )
    for good, field, allowed in checks:
        if not good:
            raise Invalid(f"{field} is out of range.", where=f"spec.{field}", do=f"Allowed: {allowed}.")
    for channel in spec.channels:
        if not channel.low < channel.high:
            raise Invalid(f"The range of {channel.tag} is empty.", where="spec.channels")


class _Reader:
    """Reads fields of a document, and says which one is wrong."""

    def __init__(self, document: Any, where: str) -> None:
        if not isinstance(document, Mapping):
            raise Invalid("An object is expected here.", where=where)
        self._document = document
        self.where = where

    def has(self, field: str) -> bool:
        return self._document.get(field) is not None

    def value(self, field: str) -> Any:
        if not self.has(field):
            raise Invalid(f"{field} is missing.", where=f"{self.where}.{field}")
        return self._document[field]

    def text(self, field: str, default: str | None = None) -> str:
        value = self.value(field) if default is None or self.has(field) else default
        if not isinstance(value, str):
            raise Invalid(f"{field} must be text.", where=f"{self.where}.{field}")
        return value

    def number(self, field: str, default: float | None = None) -> float:
        value = self.value(field) if default is None or self.has(field) else default
        try:
            number = float(value)
        except (TypeError, ValueError) as error:
            raise Invalid(f"{value!r} is no number.", where=f"{self.where}.{field}") from error
        if isinstance(value, bool) or not math.isfinite(number):
            raise Invalid(f"{value!r} is no finite number.", where=f"{self.where}.{field}")
        return number

    def whole(self, field: str, default: int | None = None) -> int:
        number = self.number(field, None if default is None else float(default))
        if number != int(number):
            raise Invalid(f"{number:g} is no whole number.", where=f"{self.where}.{field}")
        return int(number)

    def part(self, field: str) -> _Reader:
        return _Reader(self._document.get(field) or {}, f"{self.where}.{field}")

    def list(self, field: str) -> list[_Reader]:
        value = self.value(field)
        if not isinstance(value, list | tuple):
            raise Invalid(f"{field} must be a list.", where=f"{self.where}.{field}")
        return [_Reader(item, f"{self.where}.{field}[{i}]") for i, item in enumerate(value)]


def _one_of(choices: tuple[str, ...]) -> str:
    return f"Use one of: {', '.join(choices)}."


def _texts(value: Any) -> Any:
    """Floats as their shortest exact text, tuples as lists."""
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, Mapping):
        return {key: _texts(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_texts(item) for item in value]
    return value
