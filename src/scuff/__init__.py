"""scuff finds scratches, dents and bumps on metal parts."""

__version__ = "0.1.0"
