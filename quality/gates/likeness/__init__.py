"""Texts that are nearly other texts: sketched a chunk at a time, brought together once, then compared."""
