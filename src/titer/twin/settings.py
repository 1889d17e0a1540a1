"""How a twin is tied to a piece of equipment: channels, laboratory analyses, envelope. Data, read strictly."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from titer.base.errors import Invalid

HOWS = ("mean", "last", "rise", "loss", "constant")


@dataclass(frozen=True)
class Source:
    """Where an hourly number comes from.

    Attributes:
        tag: historian channel; empty for a constant.
        how: `mean` over the hour, `last` 15 min, `rise` of a totaliser per hour, `loss` of a balance per hour.
        factor: from the channel's unit to the model's; for `loss` in kg this is 1/density.
        constant: the value where `how` is `constant`, and what is assumed before the first good value.
        set_point: channel of the commanded value, to know what was asked for.
        required: whether the twin is degraded without it.
        relative_sd, absolute_sd: of a measurement.
    """

    tag: str = ""
    how: str = "mean"
    factor: float = 1.0
    constant: float = 0.0
    set_point: str = ""
    required: bool = False
    relative_sd: float = 0.0
    absolute_sd: float = 0.0


@dataclass(frozen=True)
class Laboratory:
    """An output that the laboratory measures, by the names of the analyses that report it."""

    analyses: tuple[str, ...]
    relative_sd: float
    absolute_sd: float


@dataclass(frozen=True)
class Adjustable:
    """A set-point that may be proposed for, and its envelope.

    Attributes:
        tag: channel.
        input: the model input that it drives; it acts as a factor on the pattern of the last 24 h.
        unit: of the set-point.
        low, high: proven acceptable range; narrowed by the recipe's.
        max_change: largest relative change in one proposal.
    """

    tag: str
    input: str
    unit: str
    low: Decimal
    high: Decimal
    max_change: float


@dataclass(frozen=True)
class Cqa:
    """A quality attribute's limits, at harvest or throughout what is left of the culture."""

    output: str
    at: str
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Settings:
    """A twin's settings; `read` makes them from the definition's document."""

    kinetics: str
    mark: str
    end_phase: str
    horizon_h: int
    start: dict[str, float]
    start_sd: float
    max_age_min: int
    free: tuple[str, ...]
    inputs: dict[str, Source]
    measured: dict[str, Source]
    laboratory: dict[str, Laboratory]
    adjustable: tuple[Adjustable, ...]
    cqas: tuple[Cqa, ...]
    objective: str
    probability: float
    expires_after_h: int
    snapshot_every_h: int = 6
    relative_noise: float = 0.002
    extra: dict[str, str] = field(default_factory=dict)

    def tags(self) -> tuple[str, ...]:
        """Every channel that the twin reads."""
        found: list[str] = []
        for source in (*self.inputs.values(), *self.measured.values()):
            found += [tag for tag in (source.tag, source.set_point) if tag and tag not in found]
        return tuple(found)

    def output_of(self, analysis: str) -> str | None:
        """Which output an analysis reports; None if it is none of the twin's."""
        wanted = analysis.strip().casefold()
        for output, laboratory in self.laboratory.items():
            if wanted in laboratory.analyses:
                return output
        return None


def read(document: dict[str, Any]) -> Settings:
    """Read a definition's document.

    Raises:
        Invalid: with the field that is missing, unknown or no number.
    """
    known = {
        "kinetics", "mark", "end_phase", "horizon_h", "start", "start_sd", "max_age_min", "free", "inputs",
        "measured", "laboratory", "adjustable", "cqas", "objective", "probability", "expires_after_h",
        "snapshot_every_h", "relative_noise",
    }  # fmt: skip
    unknown = sorted(set(document) - known)
    if unknown:
        raise Invalid(f"Unknown settings of a twin: {', '.join(unknown)}.", where=unknown[0])
    try:
        return Settings(
            kinetics=str(document["kinetics"]),
            mark=str(document.get("mark", "inoculation")),
            end_phase=str(document.get("end_phase", "Harvest")),
            horizon_h=int(_number(document, "horizon_h")),
            start={name: _float(f"start.{name}", value) for name, value in document.get("start", {}).items()},
            start_sd=float(_number(document, "start_sd", "0.1")),
            max_age_min=int(_number(document, "max_age_min", "30")),
            free=tuple(document.get("free", ())),
            inputs={name: _source(f"inputs.{name}", raw) for name, raw in document["inputs"].items()},
            measured={name: _source(f"measured.{name}", raw) for name, raw in document["measured"].items()},
            laboratory={
                name: Laboratory(
                    tuple(str(a).strip().casefold() for a in raw["analyses"]),
                    _float(f"laboratory.{name}", raw.get("relative_sd", "0.05")),
                    _float(f"laboratory.{name}", raw.get("absolute_sd", "0")),
                )
                for name, raw in document.get("laboratory", {}).items()
            },
            adjustable=tuple(_adjustable(raw) for raw in document.get("adjustable", ())),
            cqas=tuple(_cqa(raw) for raw in document.get("cqas", ())),
            objective=str(document.get("objective", "titre")),
            probability=float(_number(document, "probability", "0.95")),
            expires_after_h=int(_number(document, "expires_after_h", "24")),
            snapshot_every_h=int(_number(document, "snapshot_every_h", "6")),
            relative_noise=float(_number(document, "relative_noise", "0.002")),
        )
    except KeyError as missing:
        raise Invalid("A setting of the twin is missing.", where=str(missing.args[0])) from None


def _number(document: dict[str, Any], name: str, default: str | None = None) -> Decimal:
    raw = document.get(name, default)
    if raw is None:
        raise Invalid("A setting of the twin is missing.", where=name)
    try:
        return Decimal(str(raw))
    except InvalidOperation:
        raise Invalid(f"{raw!r} is no number.", where=name) from None


def _float(where: str, raw: Any) -> float:
    try:
        return float(Decimal(str(raw)))
    except InvalidOperation:
        raise Invalid(f"{raw!r} is no number.", where=where) from None


def _source(where: str, raw: dict[str, Any]) -> Source:
    how = str(raw.get("how", "mean"))
    if how not in HOWS:
        raise Invalid(f"{how!r} is no way to read a channel; use one of {', '.join(HOWS)}.", where=where)
    if how != "constant" and not raw.get("tag"):
        raise Invalid("A channel is missing.", where=f"{where}.tag")
    return Source(
        tag=str(raw.get("tag", "")),
        how=how,
        factor=_float(where, raw.get("factor", "1")),
        constant=_float(where, raw.get("constant", "0")),
        set_point=str(raw.get("set_point", "")),
        required=bool(raw.get("required", False)),
        relative_sd=_float(where, raw.get("relative_sd", "0")),
        absolute_sd=_float(where, raw.get("absolute_sd", "0")),
    )


def _adjustable(raw: dict[str, Any]) -> Adjustable:
    low, high = _number(raw, "low"), _number(raw, "high")
    if low >= high:
        raise Invalid("The lower bound must be below the upper.", where=f"adjustable.{raw['tag']}")
    return Adjustable(
        str(raw["tag"]),
        str(raw["input"]),
        str(raw["unit"]),
        low,
        high,
        float(_number(raw, "max_change", "0.15")),
    )


def _cqa(raw: dict[str, Any]) -> Cqa:
    at = str(raw.get("at", "harvest"))
    if at not in ("harvest", "always"):
        raise Invalid("A quality attribute is judged `at: harvest` or `at: always`.", where="cqas")
    low, high = raw.get("low"), raw.get("high")
    if low is None and high is None:
        raise Invalid("A quality attribute without a limit says nothing.", where=f"cqas.{raw['output']}")
    return Cqa(
        str(raw["output"]),
        at,
        None if low is None else _float("cqas", low),
        None if high is None else _float("cqas", high),
    )


def fed_batch(equipment: str) -> dict[str, Any]:
    """The settings of a CHO fed-batch bioreactor with the usual channel names, e.g. `BR-201.Temperature.PV`.

    The envelope's limits are those of the demo's recipe and product; a real product has its own. Noise of the
    on-line cell density and oxygen uptake is set wide on purpose: their errors are offsets that last for days, and
    an hourly value with its short-term noise would make the filter surer than it may be.
    """

    def pv(name: str, **more: Any) -> dict[str, Any]:
        return {"tag": f"{equipment}.{name}", **more}

    return {
        "kinetics": "cho-fedbatch",
        "mark": "inoculation",
        "end_phase": "Harvest",
        "horizon_h": "336",
        "start": {},
        "start_sd": "0.12",
        "max_age_min": "30",
        "free": [
            "mu_max", "kd_0", "kd_age", "q_glc_growth", "q_glc_maint", "q_lac_max", "aa_maint", "y_nh4_gln",
            "qp_max", "q_o2_maint", "q_o2_growth",
        ],
        "inputs": {
            "feed_f2": pv("FeedF2.PV", set_point=f"{equipment}.FeedF2.SP", required=True),
            "feed_glc": pv("GlucoseFeed.PV", set_point=f"{equipment}.GlucoseFeed.SP", required=True),
            "feed_base": pv("BasePump.PV", factor="0.06"),
            "draw": {"how": "constant", "constant": "0"},
            "temperature": pv("Temperature.PV", constant="36.8", required=True),
            "ph": pv("pH.PV", constant="7", required=True),
            "dissolved_oxygen": pv("DO.PV", constant="40", required=True),
        },
        "measured": {
            "vcd": pv("VCD.PV", how="last", relative_sd="0.15", absolute_sd="0.15"),
            "our": pv("OUR.PV", how="last", relative_sd="0.15", absolute_sd="0.06"),
            "volume": pv("Volume.PV", how="last", relative_sd="0.004", absolute_sd="2", required=True),
        },
        "laboratory": {
            "vcd": {"analyses": ["vcd", "viable cell density"], "relative_sd": "0.06", "absolute_sd": "0.05"},
            "viability": {"analyses": ["viability"], "relative_sd": "0.01", "absolute_sd": "0.5"},
            "glucose": {"analyses": ["glucose", "glc"], "relative_sd": "0.04", "absolute_sd": "0.08"},
            "lactate": {"analyses": ["lactate", "lac"], "relative_sd": "0.04", "absolute_sd": "0.05"},
            "glutamine": {"analyses": ["glutamine", "gln"], "relative_sd": "0.06", "absolute_sd": "0.08"},
            "ammonia": {
                "analyses": ["ammonia", "ammonium", "nh4"], "relative_sd": "0.06", "absolute_sd": "0.1",
            },
            "osmolality": {"analyses": ["osmolality"], "relative_sd": "0.015", "absolute_sd": "2"},
            "titre": {"analyses": ["titre", "titer", "igg"], "relative_sd": "0.05", "absolute_sd": "0.03"},
        },
        "adjustable": [
            {
                "tag": f"{equipment}.FeedF2.SP", "input": "feed_f2", "unit": "L/h", "low": "0.2", "high": "60",
                "max_change": "0.15",
            }
        ],
        "cqas": [
            {"output": "viability", "at": "harvest", "low": "70"},
            {"output": "titre", "at": "harvest", "low": "3"},
            {"output": "osmolality", "at": "always", "high": "450"},
            {"output": "ammonia", "at": "always", "high": "15"},
            {"output": "lactate", "at": "always", "high": "5"},
            {"output": "glucose", "at": "always", "low": "0.3"},
            {"output": "volume", "at": "always", "high": "1950"},
        ],
        "objective": "titre",
        "probability": "0.95",
        "expires_after_h": "24",
        "snapshot_every_h": "6",
    }  # fmt: skip
