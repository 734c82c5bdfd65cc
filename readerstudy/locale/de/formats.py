DATE_FORMAT = "j. F Y"
DATETIME_FORMAT = "j. F Y, H:i \\U\\h\\r"
