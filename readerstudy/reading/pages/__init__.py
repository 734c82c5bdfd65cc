"""The pages of a reader: from the list of studies through consent and reading to the receipt."""
