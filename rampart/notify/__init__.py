"""Who is told of what, when, in which words, and through which door."""
