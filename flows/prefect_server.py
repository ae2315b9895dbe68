"""A Prefect API server that ends when the process it serves does, however that one ended.

    python -m flows.prefect_server PORT PARENT_PID

Prefect's own ephemeral server outlives a killed parent: after each crash one more would run for ever.
"""

import os
import sys
import threading
import time

import uvicorn
from prefect.server.api.server import create_app

LOOK_EVERY_S = 1.0


def main(port: int, parent: int) -> None:
    """Serve on loopback until `parent` is no longer this process's parent."""
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    uvicorn.run(create_app(ephemeral=True), host="127.0.0.1", port=port, log_level="error")


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(LOOK_EVERY_S)
    os._exit(0)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
