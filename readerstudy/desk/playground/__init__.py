"""Models on this server: images to look at, and runs of images for a source."""
