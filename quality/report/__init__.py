"""Everything that the audits say of one batch, in one frozen object with one canonical form.

Read in this order: `model` (what a report holds), `build` (how it is made), `rows` and `people` (its parts),
`examples`, `sample` (large batches), `canonical` (its bytes), `booked` (what of it the books keep).
"""
