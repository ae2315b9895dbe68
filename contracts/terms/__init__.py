"""The terms of a contract: frozen groups that say what each clause means and which way it is stricter."""
