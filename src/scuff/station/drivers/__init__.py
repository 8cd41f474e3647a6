"""A file for each kind of camera and light controller; ``scuff.station.opening`` knows them by their names."""
