"""Runs in datacontract-cli's own environment: tests every contract below DATA/flat and tells the seconds."""

import json
import logging
import sys
import time
from pathlib import Path

from datacontract.data_contract import DataContract  # type: ignore[import-not-found]  # not in ours


def main(folder: str) -> None:
    """Test every contract; tells seconds, checks and those that were not met."""
    logging.disable(logging.CRITICAL)
    began, checks, failed, errors = time.perf_counter(), 0, 0, 0
    for contract in sorted((Path(folder) / "flat").glob("*.odcs.json")):
        run = DataContract(data_contract_file=str(contract)).test()
        if left := [check.name for check in run.checks if check.result is None]:
            problem = "; ".join(log.message for log in run.logs if log.level == "ERROR")
            raise RuntimeError(f"{len(left)} checks of {contract.name} were not run: {problem}")
        checks += len(run.checks)
        failed += sum(str(check.result).endswith("failed") for check in run.checks)
        errors += sum(str(check.result).endswith("error") for check in run.checks)
    seconds = time.perf_counter() - began
    print(json.dumps({"seconds": seconds, "checks": checks, "failed": failed, "errors": errors}))


if __name__ == "__main__":
    main(*sys.argv[1:])
