"""Seed and number → a delivery, and the damage done to it: on its way from good rows to a folder."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from simulator.mangled_deliveries.archives import ZIP, member, zipped
from simulator.mangled_deliveries.bytes import BYTES
from simulator.mangled_deliveries.case import Case, Damage, Must, harshest
from simulator.mangled_deliveries.columns import LONG_COLUMNS, PARQUET
from simulator.mangled_deliveries.folders import ODD, SPOIL, a_folder_can_hold
from simulator.mangled_deliveries.forms import FORMS, Form, contract_of, good_row, jsonl
from simulator.mangled_deliveries.lines import DOCUMENTS, LINES, LONG_DOCUMENTS, LONG_LINES
from simulator.mangled_deliveries.manifest_tables import TABLES, as_table
from simulator.mangled_deliveries.manifests import MANIFESTS, manifest_for, written
from simulator.mangled_deliveries.packing import BOMBS, GZIP, PACKERS, ZSTD, in_members
from simulator.mangled_deliveries.tables import CSV, LONG_CELLS

WEEK = 1
# Most deliveries suffer one damage, so that what must come of them is known.
_DAMAGES = (0, 0, 1, 1, 1, 1, 1, 1, 2, 3)
_STAGES = ("text", "packed", "bytes", "manifest", "folder")  # in the order in which things happen to a file
_SHARES = (5.0, 2.0, 1.2, 1.6, 1.2)
_LARGE = 0.02  # of damages in a stage that can make megabytes: more would take all the time there is

_MANIFESTS = ("manifest.json", "manifest.json", "manifest.csv", "none")
_TEXT: dict[str, Sequence[Damage]] = {"jsonl": LINES, "json": DOCUMENTS, "csv": CSV, "parquet": PARQUET}
_LONG: dict[str, Sequence[Damage]] = {
    "jsonl": LONG_LINES,
    "json": LONG_DOCUMENTS,
    "csv": LONG_CELLS,
    "parquet": LONG_COLUMNS,
}


@dataclass
class _Delivery:
    """A delivery being made. `rows` counts the good rows of each file of rows."""

    chance: Random
    form: Form
    manifest: str  # its name, or "none"
    in_folder: bool
    files: dict[str, bytes] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    odd: dict[str, str] = field(default_factory=dict)
    packed: dict[str, str] = field(default_factory=dict)
    done: list[Damage] = field(default_factory=list)

    def spoil(self, name: str, damages: Sequence[Damage]) -> None:
        damage = self.chance.choice(damages)
        try:
            spoilt = damage.do(self.chance, self.files[name])
        except Exception:  # too broken by the damage before: nothing it works on is left
            damage = self.chance.choice(BYTES)
            spoilt = damage.do(self.chance, self.files[name])
        self.files[name] = spoilt
        self.done.append(damage)

    def any_file(self) -> str:
        return self.chance.choice([name for name in self.files if name != self.manifest])

    def format_of(self, name: str) -> str:
        source = self.form.items if name.startswith("items") and self.form.items else self.form.rows
        return str(source["format"])


def make(seed: int, number: int) -> Case:
    """Delivery `number` of `seed`; always the same."""
    chance = Random(f"{seed}/{number}")  # noqa: S311 (repeatable noise, no secret)
    form, manifest = chance.choice(FORMS), chance.choice(_MANIFESTS)
    delivery = _Delivery(chance, form, manifest, in_folder=chance.random() < 0.5)
    contract = contract_of(form, manifest)
    stages = chance.choices(_STAGES, _SHARES, k=chance.choice(_DAMAGES))
    _write(delivery)
    _spoil_text(delivery, stages.count("text"))
    if chance.random() < 0.25:
        _archive(delivery, stages.count("packed"))
    else:
        _pack(delivery, stages.count("packed"))
    for _ in range(stages.count("bytes")):
        delivery.spoil(delivery.any_file(), BYTES)
    if manifest != "none":
        _write_manifest(delivery, contract.contract_id)
        for _ in range(stages.count("manifest")):
            delivery.spoil(manifest, TABLES if manifest.endswith(".csv") else MANIFESTS)
    for _ in range(stages.count("folder")):
        _spoil_folder(delivery)
    return Case(
        seed=seed,
        number=number,
        contract=contract,
        files=delivery.files,
        odd=delivery.odd,
        done=tuple(damage.name for damage in delivery.done),
        must=harshest(delivery.done),
        good_rows=sum(delivery.rows.values()),
        in_folder=delivery.in_folder and all(map(a_folder_can_hold, delivery.files)),
    )


def _write(delivery: _Delivery) -> None:
    chance, ending = delivery.chance, delivery.form.name
    names = [f"rows.{ending}", "rows-2", "sub/rows-e\u0301.b"][: chance.choice((1, 1, 2, 3))]
    first = 0
    for name in names:
        count = chance.choice((1, 2, 7, 25))
        rows = [good_row(number) for number in range(first, first + count)]
        delivery.files[name], delivery.rows[name] = delivery.form.write(rows), count
        first += count
    if delivery.form.items:
        delivery.files["items.jsonl"] = jsonl([good_row(number) for number in range(first)])


def _write_manifest(delivery: _Delivery, contract_id: str) -> None:
    told = manifest_for(delivery.files, _promised(delivery), contract_id, WEEK)
    delivery.files[delivery.manifest] = (
        as_table(told) if delivery.manifest.endswith(".csv") else written(told)
    )


def _promised(delivery: _Delivery) -> dict[str, int]:
    """Rows the manifest promises: of undamaged files only, where they are sure."""
    return {} if delivery.done else delivery.rows


def _spoil_text(delivery: _Delivery, times: int) -> None:
    for _ in range(times):
        name = delivery.any_file()
        kind = delivery.format_of(name)
        large = delivery.chance.random() < _LARGE
        delivery.spoil(name, _LONG[kind] if large else _TEXT[kind])


def _pack(delivery: _Delivery, times: int) -> None:
    chance = delivery.chance
    victims = [delivery.any_file() for _ in range(times)]
    for name in delivery.files:
        if name not in victims and chance.random() < 0.5:
            continue
        way = chance.choice(list(PACKERS))
        pack = PACKERS[way]
        data = delivery.files[name]
        delivery.files[name] = in_members(pack)(chance, data) if chance.random() < 0.3 else pack(data)
        for _ in range(victims.count(name)):
            large = chance.random() < _LARGE
            delivery.spoil(name, BOMBS if large else GZIP if way.startswith("gzip") else ZSTD)


def _archive(delivery: _Delivery, times: int) -> None:
    """The files of rows in one archive, some of them compressed before."""
    chance, names = delivery.chance, list(delivery.rows)
    inside = {name: delivery.files.pop(name) for name in names}
    pack = {name: PACKERS[chance.choice(list(PACKERS))] if chance.random() < 0.2 else bytes for name in names}
    delivery.files["rows.zip"] = zipped([member(name, pack[name](data)) for name, data in inside.items()])
    for _ in range(times):
        delivery.spoil("rows.zip", ZIP)


def _spoil_folder(delivery: _Delivery) -> None:
    chance, before = delivery.chance, dict(delivery.files)
    if delivery.in_folder and chance.random() < 0.3:
        name, what = chance.choice(("rows-odd", "sub2/rows", "odd")), chance.choice(ODD)
        delivery.odd[name] = what
        delivery.done.append(Damage(f"{name} is a {what}", lambda _chance, data: data))
        return
    name = chance.choice(list(SPOIL))
    if delivery.files:
        SPOIL[name](chance, delivery.files)
    # With a manifest every change behind its back must be found, but one of the manifest itself may be apt.
    told = delivery.files.get(delivery.manifest)
    sure = delivery.files != before and told is not None and told == before.get(delivery.manifest)
    must: Must = "be refused" if sure else "be accounted for"
    delivery.done.append(Damage(name, lambda _chance, data: data, must))
