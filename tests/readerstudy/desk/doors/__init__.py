"""The requests that are made through page, API and command alike, by subject, and where they are made."""
