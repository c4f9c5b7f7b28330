"""Methods whose result is an image: one file each, whatever the tasks that they do."""
