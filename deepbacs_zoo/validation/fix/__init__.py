"""Packages mended: a copy whose description says what can be known without the images."""

from __future__ import annotations

from deepbacs_zoo.validation.fix.changes import Change, Fixed
from deepbacs_zoo.validation.fix.fixing import fix

__all__ = ["Change", "Fixed", "fix"]
