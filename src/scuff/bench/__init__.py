"""Many trainings compared: a plan of networks, losses and seeds, run anywhere, and the table that comes of it."""
