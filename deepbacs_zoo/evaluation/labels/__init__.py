"""Evaluation of label images."""
