"""Tasks: what a kind of model takes, gives and means.  One file a task, one row in the table."""

from __future__ import annotations

from deepbacs_zoo.tasks.model import Augmentation, Loss, NetworkChoice, Schedule, Task
from deepbacs_zoo.tasks.table import TASKS, get_task

__all__ = ["TASKS", "Augmentation", "Loss", "NetworkChoice", "Schedule", "Task", "get_task"]
