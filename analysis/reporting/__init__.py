"""The report of a study: one document, many forms."""
