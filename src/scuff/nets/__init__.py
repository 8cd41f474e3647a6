"""Surface networks and their losses."""
