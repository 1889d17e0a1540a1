"""Specifications to begin with: a person takes one, changes it, and answers for the result."""

from __future__ import annotations

from typing import Any


def fed_batch(reactor: str = "BR-201", balance: str | None = None, *, days: int = 14) -> dict[str, Any]:
    """Monitoring of a fed-batch of mammalian cells, from the moment that cells are seen.

    Flows stand in it as ratios (delivered to asked for, weight to totaliser) and not as flows: a set-point
    that was changed on purpose and followed is normal; a pump that does not follow is not.

    Args:
        reactor: equipment code, the prefix of its tags.
        balance: code of the balance under the feed vessel, where the historic batches have its weight: the
            weight against the pump's own totaliser is then a feature too.
        days: length of the axis.
    """

    def channel(name: str, unit: str, low: str, high: str, age: int = 60) -> dict[str, Any]:
        return {"tag": f"{reactor}.{name}", "unit": unit, "low": low, "high": high, "max_age_minutes": age}

    def feature(name: str, operation: str, *tags: str, **more: Any) -> dict[str, Any]:
        return {"name": name, "operation": operation, "tags": list(tags), **more}

    def pv(name: str) -> str:
        return f"{reactor}.{name}"

    weight = [f"{balance}.FeedF2.Net"] if balance else []
    return {
        "name": f"Fed-batch monitoring {reactor}",
        "algorithm": "pca-tunnel/1",
        "context_of_use": (
            "Early warning of abnormal operation during growth and production. An alert asks a person to "
            "look; it changes no set-point and decides on no lot."
        ),
        "step_minutes": 10,
        "axis": {
            "origin": {"kind": "tag_above", "tag": pv("VCD.PV"), "above": "0.2", "rows": 3},
            "from_h": "0",
            "until_h": str(24 * days),
            "bin_minutes": 120,
        },
        "channels": [
            channel("Temperature.PV", "degC", "0", "60"),
            channel("Temperature.SP", "degC", "0", "60", 100_000),
            channel("pH.PV", "1", "2", "12"),
            channel("pH.SP", "1", "2", "12", 100_000),
            channel("DO.PV", "%", "-5", "250"),
            channel("DO.SP", "%", "0", "100", 100_000),
            channel("VCD.PV", "1e6/mL", "-1", "100"),
            channel("OUR.PV", "mmol/(L.h)", "-2", "100"),
            channel("FeedF2.PV", "L/h", "-1", "1000"),
            channel("FeedF2.SP", "L/h", "0", "1000", 100_000),
            *([channel("FeedF2Total.PV", "L", "-1", "100000")] if weight else []),
            channel("GlucoseFeed.PV", "L/h", "-1", "1000"),
            channel("GlucoseFeed.SP", "L/h", "0", "1000", 100_000),
            *(
                {"tag": tag, "unit": "kg", "low": "-10", "high": "100000", "max_age_minutes": 60}
                for tag in weight
            ),
        ],
        "features": [
            feature(
                "temperature error",
                "ratio",
                pv("Temperature.PV"),
                pv("Temperature.SP"),
                window=6,
                settle=36,
                least_sd="0.0027",  # 0.1 K at 37 degC, on an absolute 0 of the ratio at 0 degC
            ),
            feature(
                "pH error",
                "ratio",
                pv("pH.PV"),
                pv("pH.SP"),
                window=6,
                settle=36,
                least_sd="0.0029",  # 0.02 at pH 7: a loop between carbon dioxide and base has a dead band
            ),
            feature("DO error", "ratio", pv("DO.PV"), pv("DO.SP"), window=6, settle=18),
            feature("viable cells", "mean", pv("VCD.PV"), window=6),
            feature("growth", "change", pv("VCD.PV"), window=36),
            feature("oxygen uptake", "mean", pv("OUR.PV"), window=6),
            feature("oxygen per cell", "ratio", pv("OUR.PV"), pv("VCD.PV"), window=12, floor="0.5"),
            feature(
                "feed delivered / asked for",
                "median_ratio",
                pv("FeedF2.PV"),
                pv("FeedF2.SP"),
                window=12,
                floor="0.05",
            ),
            *(
                feature(
                    "feed weight / totaliser",
                    "exchange",
                    tag,
                    pv("FeedF2Total.PV"),
                    window=24,
                    floor="1.0",
                    sign=-1,
                )
                for tag in weight
            ),
            feature(
                "glucose delivered / asked for",
                "median_ratio",
                pv("GlucoseFeed.PV"),
                pv("GlucoseFeed.SP"),
                window=12,
                floor="0.05",
            ),
        ],
        "fit": {"explained": "0.8", "half_width": 6, "drift_weight": "0.05", "least_support": 5},
        "promise": {"false_alarm_rate": "0.01", "events_per_batch": "0", "margin": "1.0"},
        "event": {"rows": 6, "of": 6, "quiet": 18},
        "missing_share": "0.3",
    }
