"""Outlines that other programs than ImageJ draw, one format a file."""
