"""The audit of a catalogue: pictures that are one scene, annotations that look wrong, frames unlike the others."""
