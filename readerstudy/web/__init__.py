"""The HTTP kit of every room above: one parser, one way to sign in, one answer to an error, one paging."""
