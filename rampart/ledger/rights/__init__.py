"""What may be done with delivered data and the models trained on them, and until when they may be kept."""
