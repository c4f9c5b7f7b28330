"""Boxes with classes, one format a file, and what all formats share."""
