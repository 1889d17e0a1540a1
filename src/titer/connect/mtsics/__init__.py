"""Balances that speak MT-SICS over TCP: weights with stability, overload, unit and serial number."""
