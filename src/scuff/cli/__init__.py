"""One file per command; ``main`` only registers them."""
