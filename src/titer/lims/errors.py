"""Errors of the laboratory that a machine must be able to tell apart."""

from __future__ import annotations

from titer.base.errors import Refused


class SubmissionRefused(Refused):
    """A result or a piece of work that another system sent for, refused whole.

    Args:
        reason: a word that stays the same, for programs: `unknown_instrument`, `unknown_sample`, `unknown_test`,
            `wrong_unit`, `not_a_number`, `test_closed`, `taken_by_another`, `key_reused`, `not_ready`,
            `file_missing`, `implausible_time`.
    """

    title = "Not taken"

    def __init__(self, reason: str, what: str, *, why: str = "", do: str = "") -> None:
        super().__init__(what, why=why, do=do)
        self.reason = reason
