"""The honest numbers, and the operating point."""
