"""Figures of the code: sizes, complexity, imports, docstrings; ``python -m tests.figures``."""
