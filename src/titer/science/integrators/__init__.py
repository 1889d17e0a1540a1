"""Integrators for stiff kinetics: our own Rodas4, compiled once and cached.

Importing this package loads no compiler; `rodas4` does, so it is imported where it is used::

    from titer.science.integrators.rodas4 import simulate
"""
