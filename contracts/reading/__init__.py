"""From a file to plain values, and from every kind of error to a sentence with line, field and fix."""
