"""Personal data: export and erasure, by the person on pages and in the API, by the operator in commands."""
