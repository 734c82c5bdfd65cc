"""Write a protocol as a form, as text or by API; its versions; published protocols to start from."""
