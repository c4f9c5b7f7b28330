"""Published archives laid out as folders of images and annotations, with their provenance."""
