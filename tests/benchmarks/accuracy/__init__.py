"""How good trained packages are on images that had no part in training, beside baselines."""
