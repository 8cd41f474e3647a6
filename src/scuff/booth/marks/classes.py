"""The classes of flaws."""

CLASSES = ("scratch", "dent", "bump", "pit", "grinding-mark", "stain")
"""In the order of their values in a mask, from 1; 0 is sound metal."""
