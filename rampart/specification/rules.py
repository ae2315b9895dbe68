"""What the specification says of labels, gates, batches and corrections: the terms as rules for a vendor."""

from collections.abc import Iterator, Mapping

from contracts.model import Contract
from contracts.terms.annotation import Scheme
from contracts.versions.phrases import value_in_words
from quality.gates.record.fields import expectations
from quality.gates.record.registry import GATES
from rampart.records.reasons import REASONS

_BREACH = {
    "partial": "what was kept is paid",
    "hold": "the batch is held until a person decides",
    "reject": "the batch is rejected",
}
_CONTESTED = {"gate": "discards", "audit": "audits", "verdict": "verdicts", "money": "amounts"}


def active_reasons(contract: Contract) -> tuple[str, ...]:
    """Codes of the reasons for which this contract discards records, in their order."""
    return tuple(gate.code for gate in GATES if gate.policy(contract) == "discard")


def record_rules(contract: Contract) -> Iterator[tuple[str, str, str]]:
    """Reason, its sentence with this contract's own limits, and what to do about it."""
    limits = {
        "missing_required_field": f" Required: {', '.join(contract.required)}.",
        "too_fast": f" The minimum is {value_in_words(contract.gates.min_duration_s, 'seconds')}.",
        "too_slow": f" The maximum is {value_in_words(contract.gates.max_duration_s, 'seconds')}.",
    }
    own = (rule.problem for rule in contract.gates.rules if rule.policy == "discard")
    limits["rule_broken"] = f" The rules: {' '.join(own)}"
    active = active_reasons(contract)
    for reason in REASONS:
        if reason.code in active:
            told = "; ".join(expectations(contract, reason.code))
            more = f" Expected: {told}." if told else limits.get(reason.code, "")
            yield reason.code.replace("_", " "), reason.sentence + more, reason.fix


def label_words(scheme: Scheme) -> list[tuple[str, str]]:  # noqa: PLR0911 (one return a scheme)
    """What may stand in the label, and what each of it means; empty where there is no label."""
    match scheme.kind:
        case "binary" | "arena":
            meanings = {"a": "The first response is better.", "b": "The second response is better."}
            meanings |= {"tie": "Both are equally good.", "both_bad": "Neither is acceptable."}
            return _said({text: getattr(scheme, name, ()) for name, text in meanings.items()})
        case "thumbs":
            return _said({"Good.": scheme.up, "Bad.": scheme.down})
        case "category":
            return _said(scheme.categories)
        case "spans":
            place = "A marked passage: {start, end, label} in characters, the end excluded."
            return _said({place: scheme.labels})
        case "likert":
            first, second = ("first", "second") if scheme.low_prefers == "a" else ("second", "first")
            middle = " The middle is a tie." if (scheme.high - scheme.low) % 2 == 0 else ""
            scale = (
                f"A whole number: {scheme.low} is for the {first} response, {scheme.high} for the {second}."
            )
            words = [(text, f"The number {number}.") for text, number in scheme.words.items()]
            return [(f"{scheme.low} to {scheme.high}", scale + middle), *words]
        case "rating":
            better = "higher" if scheme.higher_is_better else "lower"
            scale = f"A score for each response, in their order; {better} is better."
            return [(f"{scheme.low:g} to {scheme.high:g}", scale)]
        case "ranking":
            best = "lowest" if scheme.best == "low" else "highest"
            return [
                ("[1, 2, …]", f"A rank for each response, in their order; the {best} is best, ties allowed.")
            ]
        case "verifiable" if scheme.threshold is not None:
            return [("a number", f"A score for each response; {scheme.threshold:g} and more passed.")]
        case "verifiable":
            return _said({"The response passed.": scheme.passed, "It did not.": scheme.failed})
        case _:
            return []


def _said(meanings: Mapping[str, tuple[object, ...]]) -> list[tuple[str, str]]:
    return [
        (str(word).lower() if isinstance(word, bool) else str(word), meaning)
        for meaning, words in meanings.items()
        for word in words
    ]


def batch_rules(contract: Contract) -> Iterator[str]:
    """What a whole batch is judged on, a sentence each. Thresholds of what is only advice are not told."""
    for name, phase in contract.ramp.phases.items():
        weeks = [str(number) for number, week in sorted(contract.ramp.weeks.items()) if week.phase == name]
        if weeks:
            ceiling = value_in_words(phase.discard_ceiling, "share")
            plural = "s" if len(weeks) > 1 else ""
            when, beyond = f"In {name} (week{plural} {', '.join(weeks)})", _BREACH[phase.on_breach]
            yield f"{when} at most {ceiling} of the records may be discarded; beyond, {beyond}."
    unreadable = value_in_words(contract.gates.max_unreadable, "share")
    yield f"At most {unreadable} of the judgements may be unreadable; beyond, {_BREACH['hold']}."
    yield from _on_policy(contract)
    yield from _make_up(contract)
    yield from _people(contract)
    yield from _audits(contract)
    yield from _review(contract)


def _on_policy(contract: Contract) -> Iterator[str]:
    terms = contract.on_policy
    asked = {"every response": terms.min_share, "at least one response": terms.min_share_one}
    for which, share in asked.items():
        if share:
            what = f"In at least {value_in_words(share, 'share')} of the records {which}"
            yield f"{what} must come from the week's checkpoints; below, {_BREACH[terms.on_breach]}."


def _make_up(contract: Contract) -> Iterator[str]:
    for name, planned in contract.mix:
        if planned:
            told = ", ".join(
                f"{value} {value_in_words(share, 'share')}" for value, share in planned.shares.items()
            )
            within = value_in_words(planned.tolerance, "share")
            others = "; nothing else" if planned.unlisted == "forbid" else ""
            yield f"The batch should be made up by {name} like this, give or take {within}: {told}{others}."


def _people(contract: Contract) -> Iterator[str]:
    terms = contract.annotators
    if terms.roster is not None:
        listed = f"{contract.vendor.id}/{terms.roster}"
        others = {"discard": " Work by anyone else is discarded.", "flag": " Work by anyone else is flagged."}
        told = f"Annotators are those you list in {listed}: CSV with the column annotator_id."
        yield told + others.get(terms.off_roster, "")
    if terms.max_share is not None:
        yield f"One annotator may do at most {value_in_words(terms.max_share, 'share')} of a batch."
    if terms.max_hours_per_day is not None:
        yield f"One annotator may work at most {terms.max_hours_per_day:g} hours a day."
    if terms.min_overlap is not None:
        least = value_in_words(terms.min_overlap, "share")
        yield f"At least {least} of the items must be judged by two annotators or more."
    blocking = terms.severity == "blocking"
    asked = {
        "screening scores (column screening_score of the list)": terms.min_screening_score,
        "agreement between annotators": terms.agreement and terms.agreement.least,
        "gold questions": terms.gold and terms.gold.min_accuracy,
    }
    for name, floor in asked.items():
        if floor is not None:
            told = f", at least {floor:g}" if blocking else ""
            yield f"The batch is also judged on {name}{told}."


def _audits(contract: Contract) -> Iterator[str]:
    terms = contract.audits
    for name, audit in {"the length": terms.length, "the position": terms.position}.items():
        limit = value_in_words(audit.max_lean, "share")
        if audit.severity == "blocking":
            lean = f"Where preferences lean on {name} of the responses by more than {limit}"
            yield f"{lean}, {_BREACH['hold']}."
        else:
            yield f"Whether preferences lean on {name} of the responses is looked at, and told to you."
    pace = terms.pace
    if pace.severity == "blocking":
        median = value_in_words(pace.min_median_s, "seconds")
        share = value_in_words(pace.max_share, "share")
        fast = f"annotators whose median is below {median} did more than {share} of it"
        yield f"Where {fast}, {_BREACH['hold']}."
    else:
        yield "The pace of annotators is looked at, and told to you."


def _review(contract: Contract) -> Iterator[str]:
    """That people look at samples; not how many, nor which."""
    plans = (contract.review.plan, *contract.review.phases.values())
    if any(plan.method != "none" for plan in plans):
        consequence = any(plan.method != "none" and plan.on_fail != "advisory" for plan in plans)
        then = f"; where too many are defective, {_BREACH['hold']}" if consequence else ", and told to you"
        yield f"People of ours look at a random sample of what was accepted{then}."


def redelivery_rules(contract: Contract) -> Iterator[str]:
    """How a vendor learns of a verdict, corrects a delivery and contests a discard."""
    terms, disputes = contract.redelivery, contract.disputes
    where = f" It is written to {contract.feedback.to}." if contract.feedback.to else ""
    yield (
        "After every verdict you get a feedback pack: each discarded record by your own id with all its "
        "reasons, and each row that could not be read with its line." + where
    )
    limits = [
        f"within {terms.within_days} days of the feedback pack" if terms.within_days is not None else "",
        f"at most {terms.max_rounds} times for one week" if terms.max_rounds is not None else "",
    ]
    agreed = ", ".join(limit for limit in limits if limit)
    scope = (
        "the whole week again, in which nothing but discarded and unreadable records may have changed"
        if terms.scope == "discarded_records"
        else "the whole week anew"
    )
    how = (
        "Its manifest names, as replaces, the id of the delivery it takes the place of"
        if contract.delivery.manifest != "none"
        else "Put the corrected files in place of the old ones"
    )
    yield f"A redelivery holds {scope}{f', {agreed}' if agreed else ''}. {how}."
    if disputes.counts:
        contested = ", ".join(_CONTESTED[each] for each in disputes.counts)
        yield (
            f"You may dispute {contested}, within {disputes.within_days} days of the feedback pack; the "
            f"answer comes within {disputes.answer_within_days} days."
        )
