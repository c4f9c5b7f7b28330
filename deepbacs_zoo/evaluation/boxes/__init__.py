"""Evaluation of boxes."""
