"""Checks of a package, one a file."""
