"""Optimisation without gradients, inside bounds, with an injected random source: differential evolution, Nelder-Mead.

Example:
    >>> import numpy as np
    >>> from titer.science.optimisation import minimise
    >>> found = minimise(lambda x: float((x**2).sum()), np.array([-1.0, -1.0]), np.array([2.0, 2.0]),
    ...                  np.random.default_rng(1))
    >>> bool(found.value < 1e-6)
    True
"""

from titer.science.optimisation.search import Found, differential_evolution, minimise, nelder_mead

__all__ = ["Found", "differential_evolution", "minimise", "nelder_mead"]
