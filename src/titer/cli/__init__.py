"""`titer ...`: the command line."""
