"""E-mail: messages leave over SMTP."""
