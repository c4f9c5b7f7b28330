"""Annotations in a form that training can cut, turn and enlarge."""
