"""README.md of an export: a dataset card, from the dataset's manifest and the books; nothing is typed in.

The front matter tells `datasets` which file is which split (huggingface.co/docs/hub/datasets-cards); the
sections follow Gebru et al. 2021 ("Datasheets for Datasets", doi:10.1145/3458723) as far as the books can
answer.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rampart.ledger.rights.judgement import Answer
from rampart.retrain.exports.format import Format
from rampart.retrain.exports.manifest import ExportManifest
from rampart.specification.pages import markdown_page
from rampart.specification.specification import Block, Code, Listing, Section, Specification, Table

Json = Mapping[str, Any]
_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))
_SPLIT = {"train.parquet": "train", "test.parquet": "test"}
_DROPPED = re.compile("dropped_(.*)")


def card(
    dataset: Json, rights: Sequence[Answer], evaluation: Json, account: ExportManifest, form: Format
) -> str:
    """The card as Markdown under its front matter."""
    sections = (
        Section("Train from it", tuple(_use(form))),
        Section("Files", tuple(_files(account, form))),
        Section("Sources", tuple(_sources(dataset, account))),
        Section("Left out", tuple(_left_out(dataset, account))),
        Section("Split", tuple(_split(dataset, account))),
        Section("Decontamination", tuple(_decontamination(dataset))),
        Section("Known leans", tuple(_leans(evaluation))),
        Section("Rights", tuple(_rights(rights, account))),
    )
    about = f"Preference pairs of programme {account.program}: {form.about}. Dataset {account.dataset}."
    title = f"{account.program}, dataset {account.dataset[:12]}"
    return f"{_front(account, title)}\n{markdown_page(Specification(title, about, sections))}"


def _front(account: ExportManifest, title: str) -> str:
    """YAML; a text in JSON is one in YAML."""
    size = next((name for least, name in _SIZES if account.rows < least), "n>1M")
    lines = [
        "---",
        f"pretty_name: {json.dumps(title, ensure_ascii=False)}",
        "license: other",
        "license_name: see-rights-below",
    ]
    lines += ["tags:", "- preference", "size_categories:", f"- {size}"]
    lines += ["configs:", "- config_name: default", "  data_files:"]
    for name in account.files:
        lines += [f"  - split: {_SPLIT[name]}", f"    path: {name}"]
    return "\n".join([*lines, "---", ""])


def _use(form: Format) -> Iterator[Block]:
    yield "FOLDER is this folder, BASE the model to start from, OUT where the result goes."
    yield Listing("Command", form.command, form.language)
    yield (
        "Every row counts alike there: no trainer reads the weights of a dataset by itself. A ranking of K "
        "answers gives up to K(K-1)/2 rows, which are not kept in one step."
    )


def _files(account: ExportManifest, form: Format) -> Iterator[Block]:
    rows = tuple((Code(name), f"{file.rows:,}") for name, file in account.files.items())
    yield Table(("File", "Rows"), rows)
    if account.margin is None:
        unsaid = "no pair says how strong the preference is, or none were asked for"
        yield f"There are no margins: {unsaid if form.margins else 'the format has none'}."
        return
    yield (
        f"Margin is {account.margin:g} times the strength of the preference, in log-odds. It is 0 in "
        f"{account.margin_unmeasured:,} pairs whose strength is not known."
    )


def _sources(dataset: Json, account: ExportManifest) -> Iterator[Block]:
    yield (
        "Accepted judgements of these contract weeks. Every count is of the dataset's manifest, the object "
        f"{account.dataset_manifest}, which accounts for each pair."
    )
    head = ("Contract", "Version", "Week", "Revision", "Vendor", "Judgements", "Pairs", "Used", "On-policy")
    yield Table(
        head,
        tuple(
            (
                one["contract_id"],
                one["contract_version"],
                str(one["week"]),
                str(one["revision"]),
                one["vendor"],
                f"{one['records']:,}",
                f"{one['pairs']:,}",
                f"{one['pairs_used']:,}",
                "not told" if one["on_policy_share"] is None else f"{one['on_policy_share']:.1%}",
            )
            for one in dataset["batches"]
        ),
    )


def _left_out(dataset: Json, account: ExportManifest) -> Iterator[Block]:
    before = {"not drawn by the label scheme": sum(one["pairs_not_drawn"] for one in dataset["batches"])}
    before["with text of an evaluation set"] = sum(
        text["pairs"] for one in dataset["batches"] for text in one["in_evaluation_sets"]
    )
    for name in dataset["batches"][0] if dataset["batches"] else ():
        if found := _DROPPED.fullmatch(name):
            before[found[1].replace("_", " ")] = sum(one[name] for one in dataset["batches"])
    yield "Pairs that are not in the dataset, then pairs of the dataset that are not in these files."
    told = [("dataset", reason, f"{count:,}") for reason, count in before.items() if count]
    told += [("files", name.replace("_", " "), f"{count:,}") for name, count in account.left_out.items()]
    told.append(("files", "exported", f"{account.pairs_exported:,}"))
    yield Table(("Left out of", "Reason", "Pairs"), tuple(told))


def _split(dataset: Json, account: ExportManifest) -> Iterator[Block]:
    held, anchor = dataset["holdout_percent"], dataset["anchor_percent"]
    yield (
        f"By the SHA-256 of the normalised conversation: its first 32 bits modulo 100 below {held} are held "
        f"out for ever, those below {anchor} of them are the anchor set. train.parquet holds none of either."
    )
    if account.side != "train":
        yield "test.parquet holds held-out pairs: a model trained on them can never be judged by them."


def _decontamination(dataset: Json) -> Iterator[Block]:
    sets = dataset["evaluation_sets"]
    if not sets:
        yield "No evaluation set was looked for."
        return
    yield "No judgement with text of these sets is in it."
    yield Table(("Set", "Digest"), tuple((one["name"], Code(one["digest"])) for one in sets))


def _leans(evaluation: Json) -> Iterator[Block]:
    leans = [one for one in evaluation.get("amplification", ()) if one.get("data")]
    if not leans:
        yield "Nothing was measured."
        return
    yield "How often the answer with more of a feature won, in the training pairs. They are associations."
    rows = tuple((one["feature"], _share(one["data"]), f"{one['data']['n_pairs']:,}") for one in leans)
    yield Table(("Feature", "Won, with 95 % interval", "Pairs"), rows)


def _share(lean: Json) -> str:
    share = lean["share"]
    if share["low"] is None or share["high"] is None:
        return f"{share['value']:.1%}"
    return f"{share['value']:.1%} ({share['low']:.1%} to {share['high']:.1%})"


def _rights(rights: Sequence[Answer], account: ExportManifest) -> Iterator[Block]:
    yield f"This export was made for: {', '.join(use.replace('_', ' ') for use in account.asked)}."
    if not all(answer.may("release_data") for answer in rights):
        yield "It may not be published or passed on: the contracts below forbid it."
    yield Table(
        ("Data", "Train", "Evaluate", "Publish", "Keep until", "Because"),
        tuple(
            (
                answer.subject,
                *("yes" if answer.may(use) else "no" for use in ("train", "evaluate", "release_data")),
                "no limit" if answer.keep is None else f"{answer.keep.day} ({answer.keep.clause})",
                "; ".join(answer.because),
            )
            for answer in rights
        ),
    )
