"""What a site keeps an eye on: the ALCOA+ board, nine principles each with its query and its exceptions."""

from titer.govern.service import Govern

__all__ = ["Govern"]
