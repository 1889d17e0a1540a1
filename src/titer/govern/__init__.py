"""What a site keeps an eye on: the ALCOA+ board, nine principles each with its query and exceptions, over time."""

from titer.govern.model import AlcoaRun
from titer.govern.service import Govern

__all__ = ["AlcoaRun", "Govern"]
