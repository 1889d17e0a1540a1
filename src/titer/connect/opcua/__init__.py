"""OPC UA: a publish pump of our own over asyncua's transport, so that nothing is lost in silence."""
