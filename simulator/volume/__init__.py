"""Large deliveries with known truth: six vendors, one label scheme each, faults of every kind, in any number.

    python -m simulator.volume 1000000 /tmp/volume

One file a vendor, some 1.4 kB of JSON a record, in week 1 of a contract of its own. The same rows and seed
give the same bytes; memory does not grow with them. `truth.parquet` lists every row that was spoilt.
"""

from simulator.volume.drafts import roster
from simulator.volume.terms import PRICED, WEEK, contract_of
from simulator.volume.vendors import VENDORS, Vendor
from simulator.volume.writing import TRUTH, read_truth, write

__all__ = ["PRICED", "TRUTH", "VENDORS", "WEEK", "Vendor", "contract_of", "read_truth", "roster", "write"]
