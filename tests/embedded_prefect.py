"""One embedded Prefect for all tests of a process: its database takes many seconds to set up.

Imported before anything imports Prefect, which reads its environment then.
"""

import atexit
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flows import embedded

HOME = Path(tempfile.mkdtemp(prefix="rampart-tests-"))
atexit.register(shutil.rmtree, HOME, ignore_errors=True)
embedded.prepare(HOME)


@contextmanager
def running() -> Iterator[None]:
    """Flows can be run inside this block; commands inside it use its server and start none of their own."""
    with embedded.in_process() as ready:
        ready()
        ours = embedded._ours[:]
        embedded._ours.clear()
        try:
            yield
        finally:
            embedded._ours.extend(ours)
