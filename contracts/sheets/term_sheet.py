"""A contract as a term sheet: what a vendor manager asks, in sentences, each with the clause behind it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

from contracts.model import Contract
from contracts.sheets.export import net_price
from contracts.terms.annotation import Scheme
from contracts.terms.review import ReviewPlan
from contracts.versions.clauses import covers
from contracts.versions.phrases import value_in_words
from contracts.versions.unjudged import recorded, refused

BREACH = {"partial": "what was kept is paid", "hold": "a person decides", "reject": "all is rejected"}
_SHORT = {"partial": "pay kept", "hold": "hold", "reject": "reject"}


@dataclass(frozen=True)
class Line:
    """One statement; `clause` is the address of the term behind it.

    `standing` is empty where the clause is judged, else "recorded" or "not billed".
    """

    what: str
    says: str
    clause: str
    standing: str = ""


@dataclass(frozen=True)
class SheetWeek:
    """One contract week. `due` is in the contract's zone; `price` is net of the discount."""

    week: int
    dates: str
    due: str
    phase: str
    units: int
    ceiling: str
    price: str
    on_breach: str


@dataclass(frozen=True)
class TermSheet:
    """The whole sheet; `sections` are titles with their lines."""

    title: str
    weeks: tuple[SheetWeek, ...]
    timezone: str
    currency: str
    sections: tuple[tuple[str, tuple[Line, ...]], ...]


def term_sheet(contract: Contract) -> TermSheet:
    """What `contract` says, for a reader who knows the trade and not the file."""
    kept, unbilled = recorded(contract), refused(contract)

    def standing(line: Line) -> Line:
        for marks, word in ((unbilled, "not billed"), (kept, "recorded")):
            if any(covers(line.clause, address) or covers(address, line.clause) for address in marks):
                return Line(line.what, line.says, line.clause, word)
        return line

    sections = {
        "Who": _who(contract),
        "What is labelled": _labelled(contract),
        "What a record must have": _records(contract),
        "What a batch must be": _batch(contract),
        "Money": _money(contract),
        "When something is wrong": _remedies(contract),
        "Rights": _rights(contract),
        "Training": _training(contract),
    }
    return TermSheet(
        f"{contract.name} ({contract.contract_id} {contract.version}, {contract.status})",
        tuple(_week(contract, number) for number in sorted(contract.ramp.weeks)),
        contract.term.timezone,
        contract.ramp.currency,
        tuple((title, tuple(map(standing, lines))) for title, lines in sections.items()),
    )


def committed(contract: Contract) -> Decimal:
    """What the planned units cost if all are accepted, each week to the cent."""
    cent = Decimal(1).scaleb(-contract.ramp.minor_units)
    weeks = contract.ramp.weeks.items()
    prices = ((week.units * net_price(contract, number)) for number, week in weeks)
    return sum((price.quantize(cent, ROUND_HALF_UP) for price in prices), Decimal(0))


def _share(value: float) -> str:
    return value_in_words(value, "share")


def _amount(contract: Contract, amount: Decimal) -> str:
    return f"{value_in_words(amount, 'money')} {contract.ramp.currency}"


def _week(contract: Contract, number: int) -> SheetWeek:
    term, zone = contract.term, ZoneInfo(contract.term.timezone)
    plan, phase = contract.week(number), contract.phase(number)
    first = term.start + timedelta(days=7 * (number - 1))
    return SheetWeek(
        number,
        f"{first:%d %b}-{first + timedelta(days=6):%d %b}",
        f"{term.due(number).astimezone(zone):%a %d %b %H:%M}",
        plan.phase,
        plan.units,
        _share(phase.discard_ceiling),
        value_in_words(net_price(contract, number).normalize(), "money"),
        _SHORT[phase.on_breach],
    )


def _who(contract: Contract) -> Iterator[Line]:
    vendor = contract.vendor
    yield Line("vendor", f"{vendor.name} ({vendor.id})", "vendor")
    for place, contact in enumerate(vendor.contacts):
        address = f" <{contact.email}>" if contact.email else ""
        yield Line(contact.role, contact.name + address, f"vendor.contacts.{place}")
    yield Line("programme", contract.program, "program")
    last = contract.term.start + timedelta(days=7 * contract.term.weeks - 1)
    yield Line("term", f"{contract.term.start:%d %b %Y} to {last:%d %b %Y}", "term")
    if amendment := contract.amendment:
        changed = ", ".join(amendment.clauses)
        yield Line("amends", f"{amendment.of} from {amendment.effective}: {changed}", "amendment")


def words_of(scheme: Scheme) -> str:  # noqa: PLR0911 (one return a scheme)
    """The words, numbers or results a label may hold, each with its meaning."""
    match scheme.kind:
        case "binary" | "arena" | "thumbs" | "verifiable":
            if getattr(scheme, "threshold", None) is not None:
                return f"a score for each response; {getattr(scheme, 'threshold', 0):g} and more passed"
            named = ((name, value) for name, value in scheme if isinstance(value, tuple) and value)
            return "; ".join(f"{name.replace('_', ' ')}: {_either(words)}" for name, words in named)
        case "likert":
            return f"{scheme.low} to {scheme.high}; {scheme.low} prefers {scheme.low_prefers}"
        case "rating":
            better = "higher" if scheme.higher_is_better else "lower"
            return f"{scheme.low:g} to {scheme.high:g} for each response, {better} is better"
        case "ranking":
            return f"a rank for each response, the {'lowest' if scheme.best == 'low' else 'highest'} is best"
        case "category":
            return "; ".join(f"{name}: {_either(words)}" for name, words in scheme.categories.items())
        case "spans":
            return f"marked passages: {_either(scheme.labels)}"
        case _:
            return "no label"


def _either(words: tuple[object, ...]) -> str:
    return " or ".join(str(word).lower() if isinstance(word, bool) else str(word) for word in words)


def _labelled(contract: Contract) -> Iterator[Line]:
    terms = contract.annotation
    yield Line(terms.scheme.kind, words_of(terms.scheme), "annotation.scheme")
    if terms.aspects:
        yield Line("also scored", ", ".join(terms.aspects), "annotation.aspects")
    if terms.aggregation == "majority":
        yield Line("counted as", "the majority of an item's judgements", "annotation.aggregation")
    if guideline := terms.guideline:
        first = f", {' before '.join(guideline.priorities)}" if guideline.priorities else ""
        yield Line("guideline", f"version {guideline.version}{first}", "annotation.guideline")


def _records(contract: Contract) -> Iterator[Line]:
    gates = contract.gates
    required = [name.replace("_", " ") for name in contract.required]
    yield Line("filled in", ", ".join(required) or "nothing", "gates.required")
    refused_texts = {
        "empty_response": "empty responses",
        "identical_responses": "identical responses",
        "exact_duplicates": "exact duplicates",
        "copied_work": "work of earlier batches",
        "repeated_work": "work that is in the delivery twice",
        "near_duplicates": "work that is another item's but for a few words",
        "copied_rationales": "rationales of other records",
        "author_labels": "judging one's own prompt",
        "truncated_responses": "responses that break off",
        "refusals": "responses that refuse",
        "boilerplate": "responses that are filler",
        "language": "texts in another language than declared",
        "damaged_text": "text of a wrong encoding",
        "hidden_characters": "characters nobody sees",
        "aimed_at_judges": "texts that speak to whoever judges",
    }
    for name, what in refused_texts.items():
        if (policy := getattr(gates, name)) != "allow":
            yield Line("discarded" if policy == "discard" else "flagged", what, f"gates.{name}")
    if gates.evaluation_sets and gates.evaluation_overlap != "allow":
        sets = ", ".join(each.name for each in gates.evaluation_sets)
        what = "discarded" if gates.evaluation_overlap == "discard" else "flagged"
        yield Line(what, f"text of {sets}", "gates.evaluation_sets")
    if gates.timestamps_in_week:
        yield Line("discarded", "work stamped outside its week", "gates.timestamps_in_week")
    for name, what in {"min_duration_s": "faster than", "max_duration_s": "slower than"}.items():
        if (limit := getattr(gates, name)) is not None:
            yield Line("discarded", f"judgements {what} {value_in_words(limit, 'seconds')}", f"gates.{name}")
    if contract.on_policy.checkpoints:
        yield Line("discarded", "responses of other checkpoints than the week's", "on_policy.checkpoints")
    if contract.on_policy.lineage == "work_order":
        yield Line("discarded", "responses the work order did not send out", "on_policy.lineage")


def _batch(contract: Contract) -> Iterator[Line]:
    ramp, policy, gates = contract.ramp, contract.on_policy, contract.gates
    yield Line("short by at most", _share(ramp.volume_under), "ramp.volume_under")
    excess = f"{_share(ramp.volume_over)}; what exceeds it is {ramp.excess}"
    yield Line("over by at most", excess, "ramp.volume_over")
    yield Line("unreadable", f"at most {_share(gates.max_unreadable)}", "gates.max_unreadable")
    for name, what in {"min_share": "all on-policy", "min_share_one": "one on-policy"}.items():
        if share := getattr(policy, name):
            breach = BREACH[policy.on_breach]
            yield Line(what, f"at least {_share(share)} of records; else {breach}", f"on_policy.{name}")
    for name, planned in contract.mix:
        if planned:
            told = ", ".join(f"{value} {_share(share)}" for value, share in planned.shares.items())
            yield Line(name, f"{told} (±{_share(planned.tolerance)}; {planned.severity})", f"mix.{name}")
    yield from _people(contract)
    audits = contract.audits
    for name, audit in {"length": audits.length, "position": audits.position}.items():
        lean = f"at most {_share(audit.max_lean)} ({audit.severity})"
        yield Line(f"lean on {name}", lean, f"audits.{name}")
    pace = (
        f"median below {audits.pace.min_median_s:g} s: at most {_share(audits.pace.max_share)} of the batch"
    )
    yield Line("speeders", f"{pace} ({audits.pace.severity})", "audits.pace")


def _people(contract: Contract) -> Iterator[Line]:
    terms = contract.annotators
    told = {
        "roster": ("roster", terms.roster),
        "min_screening_score": ("screening", _at_least(terms.min_screening_score)),
        "max_share": ("one annotator", terms.max_share and f"at most {_share(terms.max_share)} of a batch"),
        "max_hours_per_day": (
            "one annotator",
            terms.max_hours_per_day and f"{terms.max_hours_per_day:g} h a day",
        ),
        "min_overlap": ("judged twice", _at_least(terms.min_overlap, " of items")),
        "agreement": (
            "agreement",
            terms.agreement and f"{terms.agreement.coefficient}, at least {terms.agreement.least:g}",
        ),
        "gold": (
            "gold questions",
            terms.gold and f"{_share(terms.gold.share)}, {_share(terms.gold.min_accuracy)} of them right",
        ),
    }
    for name, (what, says) in told.items():
        if says:
            yield Line(what, says, f"annotators.{name}")


def _at_least(share: float | None, of: str = "") -> str | None:
    return None if share is None else f"at least {_share(share)}{of}"


def _money(contract: Contract) -> Iterator[Line]:
    for phase_name, phase in contract.ramp.phases.items():
        off = f", less {_share(phase.discount)}" if phase.discount else ""
        clause = f"ramp.phases.{phase_name}"
        yield Line(f"{phase_name} unit", _amount(contract, phase.price) + off, f"{clause}.price")
        for kind, price in phase.prices.items():
            yield Line(f"{phase_name} {kind}", _amount(contract, price), f"{clause}.prices")
    for number, week in sorted(contract.ramp.weeks.items()):
        if week.discount is not None:
            yield Line(f"week {number}", f"{_share(week.discount)} off", f"ramp.weeks.{number}.discount")
    owed = contract.ramp.credits
    told = {
        "discard_over_ceiling": ("each discard beyond the ceiling", owed.discard_over_ceiling),
        "short_unit": ("each unit short", owed.short_unit),
        "rejected_unit": ("each unit of a rejected week", owed.rejected_unit),
    }
    for name, (what, amount) in told.items():
        if amount:
            yield Line("credit", f"{_amount(contract, amount)} for {what}", f"ramp.credits.{name}")
    if owed.late_day:
        yield Line("credit", f"{_share(owed.late_day)} for each day late", "ramp.credits.late_day")
    units = sum(week.units for week in contract.ramp.weeks.values())
    yield Line(
        "committed", f"{committed(contract):,} {contract.ramp.currency} for {units:,} units", "ramp.weeks"
    )
    if bought := contract.ramp.contracted_units:
        yield Line("contracted", f"{bought:,} accepted units", "ramp.contracted_units")
    paid = contract.invoicing
    yield Line(
        "invoice",
        f"within {paid.within_days} days, paid within {paid.payment_days}",
        "invoicing.payment_days",
    )


def _remedies(contract: Contract) -> Iterator[Line]:
    sure = contract.ramp.confidence
    proof = f"P(rate > ceiling) of {_share(sure.breach)}; a warning from {_share(sure.warn)}"
    yield Line("ceiling breached at", proof, "ramp.confidence")
    if week := contract.ramp.decides_after:
        yield Line("go or no-go", f"after week {week}", "ramp.decision_week")
    if (before := contract.term.remind_days_before) is not None:
        yield Line("reminder", f"{before} days before the due moment", "term.remind_days_before")
    if (after := contract.term.missing_after_days) is not None:
        yield Line("missing", f"{after} days after the due moment", "term.missing_after_days")
    again = contract.redelivery
    rounds = f", {again.max_rounds} times at most" if again.max_rounds is not None else ""
    days = f", within {again.within_days} days" if again.within_days is not None else ""
    price = "free" if again.price == "free" else "at the week's price"
    scope = again.scope.replace("_", " ")
    yield Line("redelivery", f"{scope}{days}{rounds}, {price}", "redelivery")
    disputes = contract.disputes
    what = " or ".join(disputes.counts) or "nothing"
    answer = f"within {disputes.within_days} days, answered within {disputes.answer_within_days}"
    yield Line("dispute", f"{what}, {answer}", "disputes")
    for address, plan in _review_plans(contract).items():
        if plan.method != "none":
            yield Line("reviewed by people", f"{_review(plan)}; {_FAILED[plan.on_fail]}", address)
    names = ", ".join(contract.holds.lifted_by)
    yield Line("holds lifted by", names or "anyone who gives a name", "holds.lifted_by")


_FAILED = {
    "advisory": "told where it fails",
    "hold": "held where it fails",
    "review_all": "held and reviewed whole where it fails",
}


def _review_plans(contract: Contract) -> dict[str, ReviewPlan]:
    phases = {f"review.phases.{phase}": plan for phase, plan in contract.review.phases.items()}
    return {"review.plan": contract.review.plan, **phases}


def _review(plan: ReviewPlan) -> str:
    if plan.method == "aql":
        return f"ISO 2859-1, AQL {plan.aql_percent:g} %, level {plan.level}"
    return f"shown below {_share(plan.tolerable)} with {_share(plan.confidence)}"


def _rights(contract: Contract) -> Iterator[Line]:
    rights, privacy = contract.rights, contract.privacy
    may = {
        "train": "train on the data",
        "evaluate": "evaluate on it",
        "release_data": "publish it",
        "release_models": "publish models trained on it",
        "vendor_may_name_buyer": "vendor names the buyer",
    }
    for name, what in may.items():
        yield Line(what, "yes" if getattr(rights, name) else "no", f"rights.{name}")
    if rights.retention_days is not None:
        yield Line("kept for", f"{rights.retention_days} days after the term", "rights.retention_days")
    if rights.delete_by is not None:
        yield Line("deleted by", f"{rights.delete_by:%d %b %Y}", "rights.delete_by")
    yield Line("personal data", privacy.pii, "privacy.pii")


def _training(contract: Contract) -> Iterator[Line]:
    terms = contract.training
    yield Line("trained by", f"{terms.backend}, {terms.retrain.replace('_', ' ')}", "training.backend")
    for one in terms.benchmarks:
        yield Line("measured on", f"{one.name} ({one.path})", "training.benchmarks")
    yield Line("promoted if", f"no worse by {_share(terms.promotion_margin)}", "training.promotion_margin")
    if gain := terms.expected_gain:
        yield Line("must gain", f"{gain.points:g} points by week {gain.by_week}", "training.expected_gain")
