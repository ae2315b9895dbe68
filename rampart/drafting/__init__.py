"""A first contract, proposed from a look at a vendor's files. Nothing here judges a delivery."""
