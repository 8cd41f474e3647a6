"""Small simulated metal parts for the demo and the tests."""
