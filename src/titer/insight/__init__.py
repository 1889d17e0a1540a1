"""Models that a plant may rely on: data sets, monitoring models, scoring of running batches, alerts."""

from titer.insight.gate import InsightGate
from titer.insight.service import Insight

__all__ = ["Insight", "InsightGate"]
