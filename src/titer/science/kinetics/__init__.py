"""Published kinetics as pure right-hand sides on arrays: ``rhs(t, x, u, p) -> dx/dt``, time in hours.

Each model is a module of its own (``cho_fedbatch``, ``hybridoma_amribt2013``) with a ``SPEC`` that
names every state, input, output and parameter. ``spec`` holds the vocabulary. Nothing heavy is
imported here; compile a right-hand side where it is needed with ``numba.njit(model.rhs)``.
"""

from titer.science.kinetics.spec import KineticSpec, Parameter, Variable

__all__ = ["KineticSpec", "Parameter", "Variable"]
