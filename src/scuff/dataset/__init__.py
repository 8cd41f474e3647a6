"""Annotated pictures in; patches, divided by part, out."""
