"""Read a study before its readers do: yourself, or by virtual readers."""
