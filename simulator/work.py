"""The week's work: which prompts, with which responses, go to which vendor."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from simulator.policy import Policy, Response
from simulator.prompts import Prompt, draw_prompts
from simulator.world import PROGRAM, VENDORS, World

# Share of the items judged by two annotators, so that agreement can be measured.
DOUBLE_SHARE = 0.10


@dataclass(frozen=True)
class Item:
    """One piece of work: a prompt and the two responses to compare, in the order shown."""

    item: str
    prompt: Prompt
    responses: tuple[Response, Response]

    @property
    def gap(self) -> float:
        """True utility of the first response less that of the second; positive: the first is better."""
        return self.responses[0].utility - self.responses[1].utility


def vendor_items(world: World, vendor: str, week: int) -> tuple[Item, ...]:
    """The items sent to `vendor` in `week`; no item goes to two vendors."""
    count = max(1, round(world.units(week) / (1 + DOUBLE_SHARE)))
    return _items(world, week, vendor, count)


def held_out(world: World, week: int, count: int) -> tuple[Item, ...]:
    """`count` fresh items of `week`'s policy that no vendor sees: to measure a model against the truth."""
    return _items(world, week, "held-out", count)


# Copies and cheats look at other weeks and vendors again; a whole demonstration's items fit here.
@lru_cache(maxsize=32)
def _items(world: World, week: int, to: str, count: int) -> tuple[Item, ...]:
    rng = world.rng(week, to, "items")
    prompts = draw_prompts(rng, count)
    pairs = Policy(week).respond(rng, prompts)
    # Vendors see one running number each; the hundred thousands keep the vendors' ranges apart.
    first = 100_000 * (1 + (*VENDORS, "held-out").index(to))
    return tuple(
        Item(f"{PROGRAM}-w{week:02d}-{first + number:06d}", prompt, pair)
        for number, (prompt, pair) in enumerate(zip(prompts, pairs, strict=True))
    )


def work_order(world: World, week: int) -> Iterator[dict[str, object]]:
    """The week's work order as the buyer writes it: `item`, `prompt` (messages), `responses`."""
    for vendor in VENDORS:
        for item in vendor_items(world, vendor, week):
            yield {
                "item": item.item,
                "prompt": [{"role": "user", "content": item.prompt.text}],
                "responses": [
                    {"checkpoint_id": response.claimed, "content": response.content}
                    for response in item.responses
                ],
            }
