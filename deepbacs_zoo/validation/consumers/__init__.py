"""Programs that read packages, and the rules that tell what they can run."""
