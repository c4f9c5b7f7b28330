"""Thresholds of decoding, chosen by the validation images."""
