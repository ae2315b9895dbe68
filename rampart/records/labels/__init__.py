"""Label schemes, a module a family: each reads a vendor's labels into `Label` and writes them back."""
