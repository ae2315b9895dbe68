"""A judgement in the order its responses stood on screen."""

from collections.abc import Sequence
from typing import Any, TypeVar

from contracts.language.words import as_number
from rampart.delivery.fields import FieldError, told

Item = TypeVar("Item")


def order_shown(value: Any, responses: int) -> tuple[int, ...]:
    """Places in the file, from 0, in the order shown: each once."""
    places = value if isinstance(value, list) else []
    numbers = [as_number(place) for place in places]
    if sorted(-1.0 if number is None else number for number in numbers) != list(range(responses)):
        raise FieldError(f"expected the places 0 to {responses - 1} in the order shown, found {told(value)}")
    return tuple(int(number) for number in numbers if number is not None)


def as_shown(record: dict[str, Any], places: Sequence[int]) -> dict[str, Any]:
    """`record` with its responses, and all that is said of each, in the order shown.

    Args:
        record: a canonical record in the order of the file.
        places: a permutation; ``places[i]`` is the place in the file of what stood at place i on screen.

    The label as delivered, the strength and the item stay what they are; response ids go with their
    responses.
    """

    def moved(values: Sequence[Item]) -> list[Item]:
        return [values[place] for place in places]

    found = {**record, "responses": moved(record["responses"])}
    for name in ("ranking", "ratings"):
        if record[name] is not None:
            found[name] = moved(record[name])
    if record["aspects"] is not None:
        found["aspects"] = [
            {**aspect, "scores": moved(aspect["scores"])} if len(aspect["scores"]) == len(places) else aspect
            for aspect in record["aspects"]
        ]
    if record["spans"] is not None:
        now = {place: shown for shown, place in enumerate(places)}
        found["spans"] = [
            {**span, "response": now.get(span["response"], span["response"])} for span in record["spans"]
        ]
    return found
