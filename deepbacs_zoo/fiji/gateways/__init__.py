"""Gateways that run macros and plugins in ImageJ, one kind a file."""
