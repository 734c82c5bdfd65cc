"""What is kept of a person: for the person themself on pages and by API, for the operator by command."""
