"""Titer."""
