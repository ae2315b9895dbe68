"""What goes wrong in instruction data, by code: contradicting answers, unreached answers, templates."""
