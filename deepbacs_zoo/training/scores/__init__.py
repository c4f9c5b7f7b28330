"""Measures over the validation images of one epoch."""
