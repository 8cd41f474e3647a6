"""A checkpoint becomes a bundle, only if it still agrees with the checkpoint."""
