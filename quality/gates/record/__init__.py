"""Record gates: what one record must satisfy, one family of reasons a file."""
