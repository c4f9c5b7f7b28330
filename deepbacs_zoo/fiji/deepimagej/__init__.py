"""deepImageJ in a Fiji folder: which packages it takes."""
