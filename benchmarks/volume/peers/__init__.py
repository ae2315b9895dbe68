"""Other tools on the same rows, with the checks they can express.

They get the rows already flattened, as Parquet, which is not counted; and nothing of what they find is kept.
"""
