"""Packages written: descriptions and archives."""
