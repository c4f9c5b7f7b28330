"""Label images of a prediction: objects and ROIs."""
