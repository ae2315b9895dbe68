"""What a reward model learned that nobody paid for: probes after each retraining, over any scorer."""
