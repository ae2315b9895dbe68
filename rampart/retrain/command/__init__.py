"""Training by a program of your own: it reads a manifest, leaves a model and a result, and may take days."""
