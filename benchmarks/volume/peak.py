"""The most memory this process and its children hold at once, while something runs in it."""

import contextlib
import os
import threading
from pathlib import Path


class PeakMemory(threading.Thread):
    """Watches the resident memory of this process and its children together (Linux); `mb` is the peak.

    `getrusage` will not do: a child counts its parent's pages between fork and exec.
    """

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.mb = 0.0
        self._done = threading.Event()

    def run(self) -> None:
        """Look every 50 ms until stopped."""
        while not self._done.wait(0.05):
            self.mb = max(self.mb, resident_mb())

    def stop(self) -> float:
        """The peak in MB."""
        self._done.set()
        self.join()
        return max(self.mb, resident_mb())


def resident_mb() -> float:
    """Resident memory of this process and its children now, in MB."""
    me = Path(f"/proc/{os.getpid()}")
    children = [pid for task in (me / "task").iterdir() for pid in (task / "children").read_text().split()]
    pages = 0
    for pid in (str(os.getpid()), *children):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            pages += int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
