"""Sources and their images: upload, import, look at, remove."""
