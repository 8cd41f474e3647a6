"""A frame and a bundle become defects and a verdict; runs without torch."""
