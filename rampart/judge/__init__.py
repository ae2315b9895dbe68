"""A language model asked for its preference, where somebody sets one up; never on by default."""
