"""What lies on the metal of a simulated part: flaws, and distractors that are sound."""
