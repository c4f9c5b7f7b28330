"""Accuracy of methods that make images of images."""
