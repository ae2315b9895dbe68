"""One week of the world on disk: the buyer's work order, and each vendor's delivery folder.

Whatever exists was finished: files and folders are built beside their place and renamed into it, so a run
that died half-way is simply run again.
"""

import hashlib
import shutil
from collections.abc import Mapping
from pathlib import Path

import msgspec

from rampart.delivery.manifest import MANIFEST, Manifest, ManifestFile
from rampart.delivery.work_orders import WorkItem, work_order_key, write_work_order
from simulator.roster import ROSTER, Vendor
from simulator.work import work_order
from simulator.world import PROGRAM, World


def write_week(world: World, week: int, drop_root: Path, work_orders_root: Path) -> None:
    """Write the work order and every vendor's delivery of `week`; what is already there stays untouched.

    Work order: ``work_orders_root/<program>/week-<ww>.jsonl``. Deliveries: ``drop_root/<vendor>/week-<ww>/``,
    with the manifest written last. `ValueError` for a week outside the term.
    """
    _write_work_order(world, week, work_orders_root)
    for vendor in ROSTER:
        _write_delivery(world, vendor, week, drop_root / vendor.id / f"week-{week:02d}")


def _write_work_order(world: World, week: int, root: Path) -> None:
    items = msgspec.convert(list(work_order(world, week)), list[WorkItem])
    target = root / PROGRAM / Path(work_order_key(PROGRAM, week)).name
    if target.exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f".{target.name}.partial")
    partial.write_bytes(write_work_order(items))
    partial.replace(target)


def _write_delivery(world: World, vendor: Vendor, week: int, folder: Path) -> None:
    if (folder / MANIFEST).exists():
        return
    rows = vendor.deliver(world, week)
    data = vendor.encode(rows)
    listed = ManifestFile(vendor.file, len(data), hashlib.sha256(data).hexdigest(), len(rows))
    manifest = Manifest(
        manifest_version=1, contract_id=vendor.contract_id, week=week, replaces=None, files=(listed,)
    )
    _publish(
        folder, {vendor.file: data, MANIFEST: msgspec.json.format(msgspec.json.encode(manifest)) + b"\n"}
    )


def _publish(folder: Path, files: Mapping[str, bytes]) -> None:
    partial = folder.with_name(f".{folder.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)  # what a run that died left behind
    partial.mkdir(parents=True)
    for name, data in files.items():
        (partial / name).write_bytes(data)
    shutil.rmtree(folder, ignore_errors=True)  # without a manifest it was never a delivery
    partial.rename(folder)
