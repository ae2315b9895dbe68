"""What retraining costs and what it finds: one file a question, each with `measure(quick) -> Part`."""
