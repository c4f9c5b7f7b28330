"""Results of a prediction that people have corrected: the file that was edited, what changed."""
