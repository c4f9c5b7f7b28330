"""Archives of published sets: found at Zenodo, downloaded, kept, opened."""
