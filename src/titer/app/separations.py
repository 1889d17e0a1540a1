"""Which duties about one record two people do: data, over all layers.

The contexts refuse it when somebody signs; the search of every night looks at what is stored (21 CFR 211.186 and
211.194(a)(8), EU GMP 2.23, Annex 11 s. 12; the wording "author, approver, performer, witness" is ours).
"""

from __future__ import annotations

from titer.record.rights import Duty, Separation

_AUTHOR, _INVESTIGATOR = Duty("author", column="author_id"), Duty("investigator", column="investigator_id")

SEPARATIONS = (
    Separation("lims_design", _AUTHOR, Duty("approver", meaning="approved")),
    Separation("lims_result", Duty("analyst", column="entered_by"), Duty("reviewer", column="reviewed_by")),
    Separation("lims_result", Duty("analyst", column="entered_by"), Duty("approver", column="approved_by")),
    Separation("lims_result", Duty("reviewer", column="reviewed_by"), Duty("approver", column="approved_by")),
    Separation("lims_run", Duty("analyst", column="analyst_id"), Duty("reviewer", meaning="reviewed")),
    Separation("lims_run", Duty("analyst", column="analyst_id"), Duty("approver", meaning="approved")),
    Separation("lims_investigation", _INVESTIGATOR, Duty("second person", meaning="reviewed")),
    Separation("lims_investigation", _INVESTIGATOR, Duty("closer", meaning="closed")),
    Separation(
        "lims_contract_certificate",
        Duty("transcriber", column="transcribed_by"),
        Duty("checker", column="checked_by"),
    ),
    Separation("mes_recipe", _AUTHOR, Duty("second check", meaning="checked")),
    Separation("mes_recipe", _AUTHOR, Duty("approver", meaning="approved")),
    Separation("mes_recipe", Duty("second check", meaning="checked"), Duty("approver", meaning="approved")),
    Separation("mes_task", Duty("performer", column="entered_by"), Duty("witness", meaning="witnessed")),
    Separation("quality_deviation", _INVESTIGATOR, Duty("closer", meaning="closed")),
    Separation("insight_model", _AUTHOR, Duty("approving owner", meaning="approved_by_owner")),
    Separation("insight_model", _AUTHOR, Duty("approving quality unit", meaning="approved_by_quality")),
    Separation(
        "twin_definition", Duty("author", column="defined_by"), Duty("commissioner", meaning="commissioned")
    ),
    Separation("twin_proposal", _AUTHOR, Duty("approver", column="decided_by")),
    Separation(
        "twin_proposal", Duty("submitter", column="submitted_by"), Duty("approver", column="decided_by")
    ),
    Separation("systems_declaration", _AUTHOR, Duty("approver", meaning="approved")),
    Separation("systems_source", _AUTHOR, Duty("approver", meaning="approved")),
    Separation("systems_verification", Duty("maker", column="made_by"), Duty("acceptor", meaning="accepted")),
    Separation(
        "record_access_review", Duty("person", column="person_id"), Duty("reviewer", column="decided_by")
    ),
)
