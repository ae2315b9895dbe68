"""Public benchmarks of reward models, read from files as they are published; nothing is downloaded."""
