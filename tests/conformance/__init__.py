"""Packages through the programs that validation predicts, each in an environment of its own."""
