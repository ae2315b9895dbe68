"""What `benchmarks.audits` asks: of clean worlds, of planted ones, of real votes, of a large batch."""
