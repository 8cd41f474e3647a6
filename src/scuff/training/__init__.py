"""Patches become a checkpoint."""
