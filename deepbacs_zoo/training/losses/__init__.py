"""Losses, by name."""
