"""What `benchmarks.gates` measures: each part runs in processes of its own and tells its figures as JSON."""
