"""Label images: read from every form, checked, and turned into classes of pixels."""
