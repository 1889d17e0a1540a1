"""Modbus TCP: registers and coils polled, scaled, written and read back."""
