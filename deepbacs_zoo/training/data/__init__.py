"""Training images, patches, augmentation and validation images."""
