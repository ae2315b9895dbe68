"""Other tools on the same rows, with the checks they can express.

They cannot read a nested delivery: they get its rows flattened, as Parquet (`flat`). What that takes is told
apart from what the checks take; nothing of what they find is kept.
"""
