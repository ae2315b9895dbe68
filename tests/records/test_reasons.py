import pytest

from contracts.terms.reason_codes import REASON_CODES
from rampart.records.reasons import BY_CODE, REASONS, mask_of, reasons_of


def test_every_reason_has_a_bit_of_its_own_in_the_order_of_the_waterfall() -> None:
    bits = [reason.bit for reason in REASONS]
    assert bits == sorted(set(bits))
    assert len(BY_CODE) == len(REASONS)


def test_a_contract_may_name_every_reason_and_no_other() -> None:
    assert tuple(BY_CODE) == REASON_CODES


def test_a_mask_and_its_reasons_are_two_ways_to_say_the_same() -> None:
    codes = ("label_outside_scheme", "too_fast")
    assert tuple(reason.code for reason in reasons_of(mask_of(reversed(codes)))) == codes
    assert mask_of([]) == 0
    assert reasons_of(0) == ()


def test_a_mask_from_a_later_registry_is_refused_and_not_half_read() -> None:
    with pytest.raises(ValueError, match=r"0x8000000000000001 has a bit the registry \(version 3\) "):
        reasons_of(1 | 1 << 63)


@pytest.mark.parametrize("reason", REASONS, ids=lambda reason: reason.code)
def test_a_reason_says_in_sentences_what_is_wrong_and_what_to_do(reason: object) -> None:
    given = BY_CODE[getattr(reason, "code")]  # noqa: B009 (the parameter is typed for the ids)
    for sentence in (given.sentence, given.fix):
        assert sentence[0].isupper()
        assert sentence.endswith(".")
    assert "." in given.clause
