"""The words of the house: what every other room may use, and which uses nothing of ours."""
