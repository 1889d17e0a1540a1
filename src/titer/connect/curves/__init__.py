"""Spectra and chromatograms of open and vendors' formats: mzML, JCAMP-DX, UNICORN results.

Read in a process of its own, counted against what the file itself promises, and given as columns of numbers.

Example:
    >>> from titer.connect import curves
    >>> curves.recognise(b"##TITLE=water\\n##JCAMP-DX=4.24\\n")
    'jcamp'
"""

from titer.connect.curves.document import FORMATS, Column, Curve, CurveFile, recognise
from titer.connect.curves.sandbox import read

__all__ = ["FORMATS", "Column", "Curve", "CurveFile", "read", "recognise"]
