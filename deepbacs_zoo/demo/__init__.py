"""The whole road on shipped images: train, evaluate, export, validate, predict, report."""

from deepbacs_zoo.demo.road import run_demo

__all__ = ["run_demo"]
