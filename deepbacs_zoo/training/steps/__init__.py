"""Training steps: how a network learns from a batch, one way a file."""
