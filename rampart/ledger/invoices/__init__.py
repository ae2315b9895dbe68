"""A vendor's invoices: what the books owe, line by line against what is billed, and what was booked."""
