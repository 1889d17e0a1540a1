"""MQTT with Sparkplug B: births, deaths, sequence numbers, rebirth requests and the host's own state."""
