"""Annotation formats: one file each, all giving the same regions."""
