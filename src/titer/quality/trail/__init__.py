"""Audit-trail review as a task: by batch, by lot and of the system, by exception rules and a random sample."""

from titer.quality.trail.rules import OUTCOMES, VERDICTS, draw
from titer.quality.trail.ruleset import DIGEST, RULESET
from titer.quality.trail.service import Due, TrailReviews

__all__ = ["DIGEST", "OUTCOMES", "RULESET", "VERDICTS", "Due", "TrailReviews", "draw"]
