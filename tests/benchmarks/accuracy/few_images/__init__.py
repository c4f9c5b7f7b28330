"""Models of few labelled fields, trained by the default command: three sets, and mixed density."""
