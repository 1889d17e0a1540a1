"""State estimation: an unscented Kalman filter over states and log-parameters, and rewind-and-replay.

Importing this package compiles nothing; `unscented` and `replay` are imported where they are used.
"""
