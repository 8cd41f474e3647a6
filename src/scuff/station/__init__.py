"""Cameras, lights and how they take the frames of a part."""
