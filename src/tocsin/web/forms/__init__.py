"""What people can send: forms that check the words and make commands. They never touch the database's incidents."""
