"""Ports nobody listens on."""

import socket

HIGHEST = 55_000  # SeaweedFS puts each gRPC port 10,000 above its HTTP port


def free_ports(count: int) -> tuple[int, ...]:
    """`count` different TCP ports of 127.0.0.1 that were free a moment ago, all below `HIGHEST`."""
    while True:
        sockets = [socket.socket() for _ in range(count)]
        try:
            for each in sockets:
                each.bind(("127.0.0.1", 0))
            ports = tuple(int(each.getsockname()[1]) for each in sockets)
        finally:
            for each in sockets:
                each.close()
        if max(ports) < HIGHEST:
            return ports
