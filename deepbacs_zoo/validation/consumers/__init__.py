"""Programs that read packages, and the rules that predict what they can run."""
