"""Targets of training, made from label images."""
