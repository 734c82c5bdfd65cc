"""Reading through HTTP and JSON, as docs/reading.md and the OpenAPI schema describe it."""
