"""The HTTP kit of all apps above: parsers, authentication, error responses, paging."""
