"""Small simulated metal parts for the demo and the tests; ``python -m scuff.testing`` writes some."""
