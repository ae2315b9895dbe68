"""How soon the product finds what the simulator's vendors do, and whom it wrongs."""
