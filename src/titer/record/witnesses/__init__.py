"""Witnesses of the ledger beside the file: another Titer over HTTPS, and a time-stamp authority (RFC 3161)."""
