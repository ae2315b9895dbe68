"""What can be done about a lean, offered with its cost; nothing here is ever applied by itself."""
