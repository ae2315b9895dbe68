"""A transformer as reward model, trained by Hugging Face TRL in an environment of its own."""
