"""The revisions, in order: `rNNNN_name.py`, whose revision id is NNNN."""
