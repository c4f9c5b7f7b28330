"""A network as a graph of operators: receptive field, memory, header; nothing is run."""
