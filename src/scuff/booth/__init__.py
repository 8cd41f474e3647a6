"""The simulated booth: metal parts, cameras and luminaires, and pictures whose truth is known to the pixel."""
