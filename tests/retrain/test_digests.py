from dataclasses import dataclass

import pytest

from rampart.retrain.digests import canonical_json, seed_of, sha256


@dataclass(frozen=True)
class Point:
    y: float
    x: tuple[str, ...]


def test_keys_are_sorted_and_text_stays_text() -> None:
    assert canonical_json({"b": 1, "a": "é"}) == '{"a":"é","b":1}'.encode()


def test_dataclasses_become_objects() -> None:
    assert canonical_json([Point(0.1, ("a",))]) == b'[{"x":["a"],"y":0.1}]'


def test_what_json_cannot_say_is_refused() -> None:
    with pytest.raises(ValueError, match="Out of range"):
        canonical_json(float("nan"))
    with pytest.raises(TypeError, match="a set has no canonical JSON form"):
        canonical_json({1})


def test_a_seed_is_the_start_of_the_digest() -> None:
    assert seed_of("00000000000000ff" + "a" * 48) == 255
    assert seed_of(sha256(b"a")) != seed_of(sha256(b"b"))
