"""The whole workflow on shipped images: train, evaluate, export, validate, predict, report."""

from deepbacs_zoo.demo.workflow import run_demo

__all__ = ["run_demo"]
