"""Images, annotations and packages as people have them, through Python and ImageJ."""
