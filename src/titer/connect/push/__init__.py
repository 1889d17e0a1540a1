"""Values that a device or a script sends by HTTP, each message answered when it is on disk."""
