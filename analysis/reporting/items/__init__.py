"""What the report says of items: sentences, tables and methods by kind."""
