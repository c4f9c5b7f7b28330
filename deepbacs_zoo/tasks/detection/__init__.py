"""Methods of detection, one a file."""
