"""The BioImage Model Zoo as a place to publish in."""
