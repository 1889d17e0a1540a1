"""`titer demo`: one batch through all layers, on the simulated plant."""
