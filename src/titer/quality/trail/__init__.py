"""Audit-trail review as a task: by batch, by lot and of the system, by exception rules and a random sample."""

from titer.quality.trail.rules import OUTCOMES, VERDICTS, draw
from titer.quality.trail.ruleset import RULESET
from titer.quality.trail.service import Due, TrailReviews
from titer.quality.trail.setting import Settings

__all__ = ["OUTCOMES", "RULESET", "VERDICTS", "Due", "Settings", "TrailReviews", "draw"]
