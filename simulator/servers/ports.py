"""Ports nobody listens on."""

import random
import socket
from contextlib import ExitStack

# Below those that systems give to outgoing connections (Linux: from 32,768 on): one of a busy machine's would
# else sit on a port between our look and the server's start.
LOWEST, HIGHEST = 10_000, 22_000
GRPC = 10_000  # SeaweedFS listens so far above each of its ports, too

_chance = random.SystemRandom()  # workers of one test run must not look for the same ports


def free_ports(count: int) -> tuple[int, ...]:
    """`count` different TCP ports of 127.0.0.1 that were free a moment ago, and those `GRPC` above them."""
    while True:
        ports = tuple(_chance.sample(range(LOWEST, HIGHEST), count))
        with ExitStack() as sockets:
            try:
                for port in ports:
                    for each in (port, port + GRPC):
                        sockets.enter_context(socket.socket()).bind(("127.0.0.1", each))
            except OSError:
                continue
            return ports
