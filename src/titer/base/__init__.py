"""What every room stands on: clock, ids, errors, canonical JSON, units. No I/O and no third-party weight."""
