"""A contract for other programs: plain ODCS that reads back to the same terms, or JSON with nothing open."""

import io
import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from contracts.load import PROPERTY
from contracts.model import Contract
from contracts.reading.problems import FROM_ODCS

API_VERSION = "v3.2.0"
# What the standard's own fields say, or the file's bytes.
_OF_THE_FILE = {*FROM_ODCS, "digest", "quality"}


def terms_of(contract: Contract) -> dict[str, Any]:
    """Our terms as they stand in `customProperties`, defaults written out, in JSON's types.

    Terms without a value are left out: absent and none are the same.
    """
    told: dict[str, Any] = _plain(contract.model_dump(by_alias=True, exclude_none=True, exclude=_OF_THE_FILE))
    return told


def odcs(contract: Contract, standard: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The contract as one ODCS 3.2.0 document.

    Args:
        contract: the terms.
        standard: the document the terms were read from (`contracts.reading.document.read_document`): its
            other fields are kept as they are, and so are foreign entries of its `customProperties`.

    Returns:
        A document that `parse_contract` reads back to the same contract, all but the digest of the bytes.
        Fields of the standard that the terms imply are added where the document has none.
    """
    given = dict(standard or {})
    head = {name: given.get(name, default) for name, default in _head().items()}
    head |= {key: getattr(contract, name) for name, key in FROM_ODCS.items()}
    implied: dict[str, Any] = {} if given.get("price") else {"price": _price(contract)}
    implied["slaProperties"] = _agreed(contract, given.get("slaProperties") or [])
    rest = {name: value for name, value in given.items() if name not in head and name not in implied}
    rest.pop("customProperties", None)
    entries = [*given.get("customProperties", ())]
    ours = next((entry for entry in entries if entry.get("property") == PROPERTY), {"property": PROPERTY})
    written = [
        {**ours, "value": terms_of(contract)} if entry is ours else entry
        for entry in (entries if ours in entries else [*entries, ours])
    ]
    return {**head, **rest, **implied, "customProperties": written}


def odcs_yaml(contract: Contract, standard: Mapping[str, Any] | None = None) -> str:
    """`odcs` as the text of a contract file."""
    from ruamel.yaml import YAML  # noqa: PLC0415 (only writing needs the whole library)

    yaml = YAML()
    yaml.width, yaml.allow_unicode = 110, True
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.representer.ignore_aliases = lambda _data: True  # values are written out: no anchors
    text = io.StringIO()
    yaml.dump(odcs(contract, standard), text)
    return text.getvalue()


def contract_json(contract: Contract) -> str:
    """Every term with its default, the version's own facts, and what follows for each week, as JSON.

    Amounts are text, so that no reader rounds them; moments are ISO 8601 in UTC. The JSON is ASCII: nothing a
    contract says acts in a terminal.
    """
    terms = contract.model_dump(mode="json", by_alias=True)
    told = {**terms, "weeks": [_week(contract, number) for number in sorted(contract.ramp.weeks)]}
    return json.dumps(told, indent=2)


def net_price(contract: Contract, week: int) -> Decimal:
    """Price of one accepted unit in `week`, less its discount, not rounded."""
    discount, _ = contract.discount(week)
    return contract.phase(week).price * (1 - Decimal(str(discount)))


def _week(contract: Contract, number: int) -> dict[str, Any]:
    term, plan, phase = contract.term, contract.week(number), contract.phase(number)
    discount, clause = contract.discount(number)
    return {
        "week": number,
        "phase": plan.phase,
        "units": plan.units,
        "start": term.week_start(number).isoformat(),
        "end": term.week_end(number).isoformat(),
        "due": term.due(number).isoformat(),
        "due_local": term.due(number).astimezone(ZoneInfo(term.timezone)).isoformat(),
        "inbox": contract.inbox(number),
        "discard_ceiling": phase.discard_ceiling,
        "ceiling_clause": contract.ceiling_clause(number),
        "confidence": contract.confidence(number).model_dump(),
        "on_breach": phase.on_breach,
        "price": str(phase.price),
        "discount": discount,
        "discount_clause": clause,
        "net_price": f"{net_price(contract, number).normalize():f}",
        "checkpoints": list(contract.on_policy.allowed(number)),
    }


def _head() -> dict[str, Any]:
    return {
        "apiVersion": API_VERSION,
        "kind": "DataContract",
        "id": "",
        "name": "",
        "version": "",
        "status": "",
    }


def _price(contract: Contract) -> dict[str, Any]:
    """The price in force at the end; the standard has room for one."""
    return {
        "priceAmount": _number(contract.phase(max(contract.ramp.weeks)).price),
        "priceCurrency": contract.ramp.currency,
        "priceUnit": "accepted judgement",
    }


def _agreed(contract: Contract, given: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The service levels given, and after them those our terms say and `given` does not."""
    hours = 24 * contract.term.due_after_days + contract.term.due_hour
    ours: list[dict[str, Any]] = [
        {"property": "frequency", "value": 1, "unit": "w"},
        {
            "property": "latency",
            "value": hours,
            "unit": "h",
            "description": "due so long after the week's end",
        },
    ]
    if (days := contract.rights.retention_days) is not None:
        kept = "how long after the term the data may be kept"
        ours.append({"property": "retention", "value": days, "unit": "d", "description": kept})
    said = {each.get("property") for each in given}
    return [*given, *(each for each in ours if each["property"] not in said)]


def _plain(value: Any) -> Any:
    """`value` in the types YAML and JSON share."""
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(each) for each in value]
    if isinstance(value, Decimal):
        return _number(value)
    return value.isoformat() if hasattr(value, "isoformat") else value


def _number(amount: Decimal) -> float | str:
    """`amount` as a number where a number holds it exactly as written, else as text."""
    number = float(amount)
    return number if Decimal(str(number)) == amount else str(amount)
