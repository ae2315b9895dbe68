"""What is measured on a trained reward model besides its overall accuracy, one idea a file."""
