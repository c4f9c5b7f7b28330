"""Boxes of a prediction: rows, counts, ROIs, and what is read back."""
