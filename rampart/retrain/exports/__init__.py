"""A dataset as files that other trainers read, one format a file."""
