"""Write a protocol: as a form, as text, by program; its versions; published ones to start from."""
