"""Conformance kits that ship: what a connector, a process model or an exporter must pass."""
