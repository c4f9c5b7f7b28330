"""Runners: tensors in, tensors out; one file an engine, loaded when it is needed."""

from __future__ import annotations

from deepbacs_zoo.runners.base import Runner, Session
from deepbacs_zoo.runners.loading import load_session
from deepbacs_zoo.runners.table import RUNNERS

__all__ = ["RUNNERS", "Runner", "Session", "load_session"]
