"""Evaluation of images against target images."""
