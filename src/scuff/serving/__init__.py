"""The line: from a trigger to a published verdict, and the ways in and out."""
