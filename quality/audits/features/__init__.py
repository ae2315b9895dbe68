"""What a response looks like, as numbers: one file a group, `catalogue` lists them all."""
