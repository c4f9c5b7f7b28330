"""Weights files, one format a file, and the agreement of all formats."""
