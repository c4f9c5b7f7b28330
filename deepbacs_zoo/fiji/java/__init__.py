"""A Java, the libraries of ImageJ and the compiled plugin."""
