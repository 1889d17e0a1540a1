"""An edge: the connector host on a computer beside the instruments, which ships to its hub over mutual TLS."""
