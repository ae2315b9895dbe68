"""JSON Lines of the large deliveries' six vendors, damaged: what any two readers must agree about.

Unlike `mangled_deliveries` nothing is known of what must become of a file; the rows are rich, so that the
damage reaches messages, responses and labels of every scheme.
"""

from collections.abc import Sequence
from functools import cache
from random import Random
from typing import Any

from contracts.model import Contract
from simulator.mangled_deliveries.bytes import BYTES
from simulator.mangled_deliveries.lines import LINES
from simulator.mangled_deliveries.values import VALUES, as_json, strange
from simulator.volume.drafts import drafts
from simulator.volume.prose import prose_of
from simulator.volume.terms import contract_of
from simulator.volume.vendors import VENDORS, Vendor

_SEED = 7
_POOL = 200  # good rows of a vendor to choose from
_MOMENTS = ("2026-01-14T09:00:00.000Z", "2026-01-14T09:01:30.250Z")
Row = dict[str, Any]


def mangled_file(seed: int, number: int) -> tuple[bytes, Contract]:
    """File `number` of `seed`, and the contract to read it by; always the same."""
    chance = Random(f"{seed}/{number}")  # noqa: S311 (repeatable noise, no secret)
    vendor = chance.choice(VENDORS)
    rows = [dict(row) for row in chance.choices(good_rows(vendor), k=chance.choice((1, 3, 10, 40)))]
    for _ in range(chance.choice((0, 1, 1, 2, 5))):
        place = chance.randrange(len(rows))
        rows[place] = chance.choice((strange, _strange_within))(chance, rows[place])
    data = b"".join(as_json(row, chance) + b"\n" for row in rows)
    for damages in chance.choice(((), (), (LINES,), (LINES,), (LINES, LINES), (BYTES,))):
        data = chance.choice(damages).do(chance, data)
    return data, contract_of(vendor, len(rows))


@cache
def good_rows(vendor: Vendor) -> Sequence[Row]:
    """Clean rows as `vendor` writes them; the texts are short, so that damage meets structure."""
    _, block = next(drafts(vendor, _POOL, _SEED, prose_of(_SEED)))
    short = [draft._replace(responses=tuple(text[:60] for text in draft.responses)) for draft in block]
    return [vendor.written(draft, *_MOMENTS) for draft in short]


def _strange_within(chance: Random, row: Row) -> Row:
    """`row` with something odd inside one of its lists or objects, or in the label."""
    nested = [name for name, value in row.items() if isinstance(value, list) and value]
    name = chance.choice([*nested, "label"])
    if name == "label":
        return {**row, "label": chance.choice((*VALUES, 1.0, "3", 3.5, [1, 2], [2.0, "1"], {"a": 1}))}
    changed = list(row[name])
    place = chance.randrange(len(changed))
    inner = changed[place]
    if isinstance(inner, dict) and inner and chance.random() < 0.7:
        changed[place] = strange(chance, inner)
    elif chance.random() < 0.5:
        changed[place] = chance.choice(VALUES)
    else:
        changed.insert(place, chance.choice((inner, None, [], {})))
    return {**row, name: changed}
