"""Where the data of a contract week lie: what a deletion takes, and what must not be there after it."""

import json
from collections.abc import Iterable, Iterator

from rampart.delivery.errors import UnreadableFileError
from rampart.delivery.listings import listings_prefix, read_listing
from rampart.delivery.store import ObjectStore
from rampart.delivery.tables import batch_prefix, pack_prefix
from rampart.ledger.named import LISTING, Named

ContractWeek = tuple[str, int]  # contract id, week


class Reach:
    """The objects of `weeks`, found by what the books name and by what lies in the weeks' own folders.

    `others` are keys that weeks beside those rest on, which stay whoever else holds them.
    """

    def __init__(self, store: ObjectStore, named: Iterable[Named], weeks: set[ContractWeek]) -> None:
        self._store = store
        self._named = [name for name in named if name.contract_id]
        self._drawn = _drawn(store)
        self.others = _listed_elsewhere(store, weeks)
        self.others |= {name.key for name in self._named if (name.contract_id, name.week) not in weeks}

    def keys(self, contract_id: str, week: int) -> frozenset[str]:
        """Every key that may hold data of the week, whether there is an object or not."""
        of_week = (n for n in self._named if (n.contract_id, n.week) == (contract_id, week))
        named = {name.key for name in of_week if name.what != LISTING}
        drawn = {f"datasets/{digest}.parquet" for digest in self.datasets([(contract_id, week)])}
        return frozenset(named | drawn | set(_in_folders(self._store, contract_id, week)))

    def datasets(self, weeks: Iterable[ContractWeek]) -> frozenset[str]:
        """Digests of the training sets drawn from any of `weeks`, whoever else's data they hold beside."""
        asked = set(weeks)
        return frozenset(digest for digest, drawn in self._drawn.items() if drawn & asked)


def _in_folders(store: ObjectStore, contract_id: str, week: int) -> Iterator[str]:
    """What lies in the week's own folders, tries that never came onto the books included."""
    for folder in (batch_prefix(contract_id, week), pack_prefix(contract_id, week)):
        yield from (info.key for info in store.list(f"{folder}/"))
    for listing in store.list(listings_prefix(contract_id, week)):
        yield from (file.key for file in read_listing(store, listing.key))


def _listed_elsewhere(store: ObjectStore, but: set[ContractWeek]) -> set[str]:
    """Keys of landed files that deliveries of other weeks are made of."""
    prefixes = tuple(listings_prefix(*week) for week in but)
    listings = [info.key for info in store.list("deliveries/") if not info.key.startswith(prefixes)]
    return {file.key for key in listings for file in read_listing(store, key)}


def _drawn(store: ObjectStore) -> dict[str, frozenset[ContractWeek]]:
    """Digest of each training set → the weeks its manifest names; the manifest stays when the set goes."""
    keys = [info.key for info in store.list("datasets/") if info.key.endswith(".json")]
    return {key.removeprefix("datasets/").removesuffix(".json"): _sources(store, key) for key in keys}


def _sources(store: ObjectStore, key: str) -> frozenset[ContractWeek]:
    try:
        batches = json.loads(store.get(key))["batches"]
        return frozenset((batch["contract_id"], batch["week"]) for batch in batches)
    except (ValueError, TypeError, KeyError) as error:
        fix = "restore it from a backup: only it says whose data the training set holds"
        raise UnreadableFileError(
            f"not the manifest of a training set: {error}", file=store.uri(key), fix=fix
        ) from error
