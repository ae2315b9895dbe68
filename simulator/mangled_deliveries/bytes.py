"""Damage to any file's bytes: what disks, networks and clumsy tools do."""

from random import Random

from simulator.mangled_deliveries.case import Damage


def _flipped(chance: Random, data: bytes) -> bytes:
    """One to eight bits turned over."""
    spoilt = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 8)) if data else 0):
        spoilt[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    return bytes(spoilt)


def _cut(chance: Random, data: bytes) -> bytes:
    return data[: chance.randrange(len(data))] if data else b""


def _beheaded(chance: Random, data: bytes) -> bytes:
    return data[chance.randrange(1, 200) :]


def _inserted(chance: Random, data: bytes) -> bytes:
    at = chance.randrange(len(data) + 1)
    return data[:at] + chance.randbytes(chance.choice((1, 4, 300))) + data[at:]


def _zeroed(chance: Random, data: bytes) -> bytes:
    at, span = chance.randrange(len(data) + 1), chance.choice((4, 64, 4096))
    return data[:at] + bytes(len(data[at : at + span])) + data[at + span :]


def _removed(chance: Random, data: bytes) -> bytes:
    at = chance.randrange(len(data) + 1)
    return data[:at] + data[at + chance.choice((1, 7, 512)) :]


def _repeated(chance: Random, data: bytes) -> bytes:
    at = chance.randrange(len(data) + 1)
    return data[:at] + data[at // 2 : at] + data[at:]


def _noise(chance: Random, _data: bytes) -> bytes:
    return chance.randbytes(chance.choice((1, 5, 1_000, 100_000)))


BYTES = (
    Damage("bits flipped", _flipped),
    Damage("cut off", _cut),
    Damage("beginning lost", _beheaded),
    Damage("noise inserted", _inserted),
    Damage("a block zeroed", _zeroed),
    Damage("a piece lost", _removed),
    Damage("a piece repeated", _repeated),
    Damage("the whole file delivered twice in one", lambda _chance, data: data + data),
    Damage("nothing left", lambda _chance, _data: b""),
    Damage("noise instead", _noise),
    Damage("a web page instead", lambda _chance, _data: b"<!doctype html><title>403</title>\n<p>no\n"),
)
