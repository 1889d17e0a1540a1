"""How much of everything a client may ask for. Each has a test, or is the library's own option."""

LARGEST_MESSAGE = 4 * 1024 * 1024
"""Bytes; a binary inside a message has 2 MiB at the most (SiLA 2 part B, binary transfer)."""
MOST_AT_ONCE = 64
"""Calls of all clients together; the next is told `RESOURCE_EXHAUSTED`."""
MOST_STREAMS = 16
"""Calls at the same time on one connection."""
LARGEST_BINARY = 64 * 1024 * 1024
LARGEST_CHUNK = 2 * 1024 * 1024
MOST_CHUNKS = 4_096
MOST_BINARIES = 32
LARGEST_BINARIES = 128 * 1024 * 1024
"""Bytes that all uploads together have announced, and that may lie in memory."""
BINARY_LIVES_S = 60.0
"""An upload that hears nothing more for so long is forgotten."""
BINARY_LIVES_AT_MOST_S = 600.0
HANDSHAKE_S = 20.0
IDLE_S = 600.0
LONGEST_CONNECTION_S = 24 * 3600.0
MOST_ENTRIES = 500
LONGEST_TEXT = 1_000
MOST_VALUES = 100
MOST_FILES = 20
