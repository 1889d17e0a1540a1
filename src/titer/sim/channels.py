"""What the plant's OPC UA servers offer: every tag with unit, engineering limits, resolution and rhythm.

One table makes the address space, the noise of the sensors, the guards on writes and the channels file that a
user would otherwise write by hand.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

REACTOR = "BR-201"
BALANCE = "WB-01"
REACTOR_NAMESPACE = "urn:titer:sim:br201"
BALANCE_NAMESPACE = "urn:titer:sim:wb01"

MINUTE_US = 60_000_000


@dataclass(frozen=True, slots=True)
class Channel:
    """One tag.

    Attributes:
        tag: identity for life, and the node's string identifier.
        unit: unit string.
        title: what it is, in words.
        low, high: engineering range; writes outside are refused.
        resolution: smallest step that the transmitter shows.
        noise: standard deviation of the reading in ``unit``.
        relative_noise: standard deviation as a share of the reading.
        period_min: plant minutes between values; 0 means on change only.
        writable: whether a client may write it.
        kind: ``number``, ``text`` or ``flag``.
    """

    tag: str
    unit: str
    title: str
    low: float
    high: float
    resolution: float = 0.1
    noise: float = 0.0
    relative_noise: float = 0.0
    period_min: int = 5
    writable: bool = False
    kind: str = "number"


def _pv(
    name: str,
    unit: str,
    title: str,
    low: float,
    high: float,
    resolution: float,
    noise: float,
    period: int,
    relative: float = 0.0,
) -> Channel:
    return Channel(f"{REACTOR}.{name}", unit, title, low, high, resolution, noise, relative, period)


def _sp(name: str, unit: str, title: str, low: float, high: float, resolution: float) -> Channel:
    return Channel(f"{REACTOR}.{name}", unit, title, low, high, resolution, period_min=10, writable=True)


def _alarm(name: str, title: str) -> Channel:
    return Channel(f"{REACTOR}.Alarm.{name}", "1", title, 0, 1, 1, period_min=10, kind="flag")


PROCESS_VALUES: tuple[Channel, ...] = (
    _pv("Temperature.PV", "degC", "broth temperature", 0, 60, 0.01, 0.02, 2),
    _pv("pH.PV", "1", "broth pH", 2, 12, 0.001, 0.004, 2),
    _pv("DO.PV", "%", "dissolved oxygen, of air saturation", 0, 200, 0.1, 0.5, 2),
    _pv("Agitation.PV", "1/min", "agitator speed", 0, 150, 0.1, 0.2, 2),
    _pv("Pressure.PV", "kPa", "head-space pressure, gauge", 0, 10, 0.01, 0.02, 5),
    _pv("Volume.PV", "L", "broth volume by radar level", 0, 2200, 0.1, 1.5, 5),
    _pv("Weight.PV", "kg", "net weight on load cells", 0, 2500, 0.1, 0.8, 5),
    _pv("AirFlow.PV", "L/min", "air to the sparger", 0, 200, 0.1, 0.2, 2),
    _pv("O2Flow.PV", "L/min", "oxygen to the sparger", 0, 100, 0.01, 0.05, 2),
    _pv("CO2Flow.PV", "L/min", "carbon dioxide to the sparger", 0, 50, 0.01, 0.03, 2),
    _pv("BasePump.PV", "mL/min", "base pump", 0, 250, 0.1, 0.05, 5),
    _pv("BaseTotal.PV", "L", "base, pump's totaliser", 0, 200, 0.001, 0.0, 10),
    _pv("FeedF2.PV", "L/h", "feed F2, flow meter", 0, 40, 0.001, 0.006, 2, 0.012),
    _pv("FeedF2Total.PV", "L", "feed F2, pump's own totaliser", 0, 1000, 0.01, 0.0, 10),
    _pv("GlucoseFeed.PV", "L/h", "glucose feed, flow meter", 0, 30, 0.001, 0.004, 5, 0.012),
    _pv("GlucoseFeedTotal.PV", "L", "glucose feed, pump's own totaliser", 0, 500, 0.01, 0.0, 10),
    _pv("Capacitance.PV", "pF/cm", "capacitance of the broth", 0, 60, 0.01, 0.03, 5, 0.01),
    _pv("VCD.PV", "1e6/mL", "viable cells from capacitance", 0, 60, 0.01, 0.05, 5, 0.01),
    _pv("OUR.PV", "mmol/(L.h)", "oxygen uptake rate from the off-gas balance", 0, 20, 0.001, 0.02, 5, 0.015),
    _pv("OffgasO2.PV", "%", "oxygen in the off-gas", 0, 100, 0.01, 0.02, 5),
    _pv("OffgasCO2.PV", "%", "carbon dioxide in the off-gas", 0, 30, 0.01, 0.02, 5),
    _pv("JacketTemperature.PV", "degC", "jacket temperature", 0, 90, 0.01, 0.05, 5),
    _pv("ExhaustFilterDP.PV", "kPa", "pressure drop of the exhaust filter", 0, 10, 0.01, 0.01, 10),
    _pv("FoamLevel.PV", "%", "foam level", 0, 100, 0.1, 0.8, 5),
)
"""Readings in the order of `kernel.observe`."""

SET_POINTS: tuple[Channel, ...] = (
    _sp("Temperature.SP", "degC", "set-point of broth temperature", 20, 39, 0.01),
    _sp("pH.SP", "1", "set-point of pH", 6.6, 7.4, 0.001),
    _sp("DO.SP", "%", "set-point of dissolved oxygen", 10, 80, 0.1),
    _sp("Agitation.SP", "1/min", "set-point of agitator speed", 30, 120, 0.1),
    _sp("FeedF2.SP", "L/h", "set-point of feed F2", 0, 30, 0.001),
    _sp("GlucoseFeed.SP", "L/h", "set-point of the glucose feed", 0, 20, 0.001),
)

COMMANDS: tuple[Channel, ...] = (
    Channel(
        f"{REACTOR}.MediaFill.CMD",
        "L",
        "fill medium to this volume",
        0,
        1700,
        0.1,
        period_min=10,
        writable=True,
    ),
    Channel(
        f"{REACTOR}.Inoculate.CMD",
        "L",
        "transfer inoculum, volume",
        0,
        400,
        0.1,
        period_min=10,
        writable=True,
    ),
    Channel(f"{REACTOR}.Harvest.CMD", "1", "1 starts the harvest", 0, 1, 1, period_min=10, writable=True),
    Channel(
        f"{REACTOR}.Reset.CMD", "1", "1 after the harvest: a new bag", 0, 1, 1, period_min=10, writable=True
    ),
)

SAMPLE_DRAW = Channel(
    f"{REACTOR}.Sample.Draw",
    "1",
    "sample number to fill a bottle for",
    0,
    0,
    1,
    period_min=0,
    writable=True,
    kind="text",
)
STATE = Channel(f"{REACTOR}.State", "1", "state of the unit", 0, 0, 1, period_min=10, kind="text")

FLAGS: tuple[Channel, ...] = (
    Channel(
        f"{REACTOR}.Interlock.Active", "1", "1 while an interlock acts", 0, 1, 1, period_min=10, kind="flag"
    ),
    _alarm("FeedF2Flow", "feed F2 is more than 10 % off its set-point"),
    _alarm("GlucoseFeedFlow", "glucose feed is more than 10 % off its set-point"),
    _alarm("Temperature", "broth temperature is more than 0.8 degC off its set-point"),
    _alarm("pH", "pH is more than 0.15 off its set-point"),
    _alarm("DO", "dissolved oxygen is below half of its set-point"),
    _alarm("LevelHigh", "level above 1,950 L: feeds are stopped"),
    _alarm("PressureHigh", "head-space pressure above 3.4 kPa: gas is stopped"),
    _alarm("FoamHigh", "foam above 90 %: gas is reduced"),
)
"""Flags in the order of `kernel.flags`."""

REACTOR_CHANNELS: tuple[Channel, ...] = (
    *PROCESS_VALUES,
    *SET_POINTS,
    *COMMANDS,
    SAMPLE_DRAW,
    STATE,
    *FLAGS,
)

BALANCE_CHANNELS: tuple[Channel, ...] = (
    Channel(
        f"{BALANCE}.FeedF2.Net", "kg", "net mass of the feed F2 vessel", 0, 600, 0.01, 0.02, period_min=5
    ),
    Channel(f"{BALANCE}.Status", "1", "1 while the reading is stable", 0, 1, 1, period_min=10, kind="flag"),
)


def channels_yaml(channels: tuple[Channel, ...], namespace: str) -> str:
    """The channels file of a server, as a user would write it for `titer connection add`."""
    lines = [f"# Channels of {namespace}; written by the simulated plant from its own table"]
    for c in channels:
        lines += [
            f'- tag: "{c.tag}"',
            f'  node: "nsu={namespace};s={c.tag}"',
            f'  description: "{c.title}"',
            f"  writable: {str(c.writable).lower()}",
        ]
        if c.kind != "text":
            lines += [
                f'  unit: "{c.unit}"',
                f"  low: {c.low:g}",
                f"  high: {c.high:g}",
                f"  resolution: {c.resolution:g}",
            ]
    return "\n".join(lines) + "\n"


def write_channel_files(folder: Path) -> dict[str, Path]:
    """Write one channels file per server.

    Returns:
        server name -> path.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files = {}
    for name, channels, namespace in (
        (REACTOR, REACTOR_CHANNELS, REACTOR_NAMESPACE),
        (BALANCE, BALANCE_CHANNELS, BALANCE_NAMESPACE),
    ):
        files[name] = folder / f"{name}.yaml"
        files[name].write_text(channels_yaml(channels, namespace), encoding="utf-8")
    return files
