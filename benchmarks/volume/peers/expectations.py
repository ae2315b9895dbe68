"""Great Expectations on pandas: one suite a vendor, over the whole table.

python -m benchmarks.volume.peers.expectations DATA
"""

import importlib
import json
import logging
import sys
import time
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks.volume.peers.flat import Rules, flat_file, rules
from simulator.volume import VENDORS


def main(folder: str) -> None:
    """Read and validate every vendor's table; tells seconds, rows and expectations that were not met."""
    import great_expectations as gx  # noqa: PLC0415  (the package's own advice: no `from` imports)

    logging.getLogger("great_expectations").setLevel(logging.ERROR)
    began, rows, failed, checks = time.perf_counter(), 0, 0, 0
    context: Any = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False, "metric_calculations": False}
    source = context.data_sources.add_pandas("volume")
    for vendor in VENDORS:
        frame = pd.read_parquet(flat_file(Path(folder), vendor))
        suite = gx.ExpectationSuite(name=vendor.id, expectations=_expectations(rules(vendor)))
        whole = source.add_dataframe_asset(vendor.id).add_batch_definition_whole_dataframe(vendor.id)
        found = whole.get_batch({"dataframe": frame}).validate(suite, result_format="SUMMARY")
        rows, checks = rows + len(frame), checks + len(found.results)
        failed += sum(not one.success for one in found.results)
    seconds = time.perf_counter() - began
    print(json.dumps({"seconds": seconds, "rows": rows, "checks": checks, "failed": failed}))


def _expectations(asked: Rules) -> list[Any]:
    gxe: Any = importlib.import_module("great_expectations.expectations")
    matches, together = gxe.ExpectColumnValuesToMatchRegex, gxe.ExpectCompoundColumnsToBeUnique
    between, unequal = gxe.ExpectColumnValuesToBeBetween, gxe.ExpectSelectColumnValuesToBeUniqueWithinRecord
    found = [matches(column=name, regex=r"\S") for name in asked.said]
    found += [matches(column=name, regex=form) for name, form in asked.forms.items()]
    found += [
        gxe.ExpectColumnValuesToBeInSet(column=name, value_set=list(of)) for name, of in asked.sets.items()
    ]
    for name, (low, high) in asked.ranges.items():
        found.append(between(column=name, min_value=low, max_value=high))
    found += [gxe.ExpectColumnValuesToBeUnique(column=name) for name in asked.unique]
    found.append(together(column_list=list(asked.unique_together)))
    found += [unequal(column_list=list(pair)) for pair in asked.differ]
    later = gxe.ExpectColumnPairValuesAToBeGreaterThanB
    return [*found, *(later(column_A=b, column_B=a, or_equal=True) for a, b in asked.ordered)]


if __name__ == "__main__":
    main(*sys.argv[1:])
