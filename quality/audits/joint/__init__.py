"""One model for all features at once, with errors that know people, prompts and source models.

Read in this order: `design` (the terms), `likelihood` (the fit), `clusters` and `one_step` (the errors, and
a further feature without a refit), `wild` (few clusters), `effects` (what is said of a feature), `fit`. Then
`slices`, `placebos` and `power` (the audit's own error rates), `multiplicity`, and `report`, which puts all
together.
"""
