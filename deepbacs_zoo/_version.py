"""The version, below all that prints it."""

__all__ = ["__version__"]

__version__ = "0.1.0"  # without a type: the build reads this line
