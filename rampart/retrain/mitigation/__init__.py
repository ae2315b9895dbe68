"""What an offered mitigation does to the embedded reward model, and the files it is handed over in."""
