"""A client for notebooks: time series as data frames, over the same HTTP interface as everybody else.

    from titer.client import Titer

    with Titer("http://127.0.0.1:8400") as titer:
        titer.log_in("asha", "...")
        frame = titer.history(["BR-201.pH.PV"], "2026-03-02T08:00:00Z", "2026-03-03T08:00:00Z")

Nothing here imports the rest of Titer; httpx2 and pyarrow are needed, and pandas or polars for frames of theirs.
"""

from titer.client.session import Acquisitions, Last, Refused, Titer

__all__ = ["Acquisitions", "Last", "Refused", "Titer"]
