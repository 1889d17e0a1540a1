"""Folders of raw files: scanned, taken when they have come to rest, kept by digest before anything reads them."""
