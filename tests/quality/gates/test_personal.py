"""Personal data by its form, among numbers and addresses that are nobody's."""

import pytest

from contracts.terms.rights import Privacy
from quality.gates.record.identifiers import identifiers
from quality.gates.record.registry import GATE_BY_CODE
from tests.quality.gates.delivered import terms
from tests.quality.gates.judged import accused, accused_of_published, answered, caught, missed, published, why

CODE = "personal_data"
PERSONAL = {
    "e-mail address": [
        "Write to maria.lopez@posteo.de for details.",
        "mailto: j_k.smith+news@mail.uni-bonn.de",
        "(<Peter.Pan@neverland.co.uk>)",
        "my mail is li.wei88@qq.com.",
    ],
    "phone number": [
        "Call me at +49 30 901820 tomorrow.",
        "+44 20 7031 3000",
        "+1 (650) 253-0000",
        "My cell is 650-253-0000.",
        "phone: (212) 736-5000",
        "Tel. 020 7031 3000",
        "+33 1 42 68 53 00",
        "+81-3-3210-7000",
    ],
    "IBAN": [
        "IBAN: DE44 5001 0517 5407 3249 31",
        "DE44500105175407324931",
        "Please pay to FR76 3000 1007 9412 3456 7890 185.",
        "NL39 RABO 0300 0652 64",
    ],
    "payment card number": [
        "4556 7375 8689 9855",
        "My card is 4556737586899855, valid until 12/27.",
        "5425-2334-3010-9903",
        "3742 454554 00126",
    ],
    "US social security number": ["SSN: 536-22-8726", "His number is 219-42-1187."],
    "IP address": ["The visitor came from 81.2.69.142.", "Login from 2a02:2e0:3fe:1001:302::1 failed"],
    "passport number": ["Passport no. 533401372", "my passport number is AB1234567"],
    "street address": [
        "I live at 388 Windsor Street, Boston.",
        "His address: 77 Massachusetts Ave",
        "Ship it to 4059 Mt Lee Drive, please.",
        "She resides at 12 Baker Road.",
    ],
}
NOBODYS = [
    "user@example.com, someone@test.example and a.b@example.org",
    "info@posteo.de, support@firm.co.uk and noreply@shop.de",
    "git@github.com:rampart/rampart.git",
    "git clone ssh://jo@host.org/repo and postgres://jo:secret@db.host.org/x",
    "your.name@company.com or firstname.lastname@yourcompany.com",
    "icon@2x.png and logo@3x.jpeg",
    "@property and @media and user@localhost and a @ b",
    "john.doe@email.com",
    "Call 555-0123 or (650) 555-0142 or +1 212-555-0199.",
    "Call our hotline at 1-800-273-8255.",
    "+44 20 7946 0958 and 07700 900123 are for drama; call none.",
    "Call 123-456-7890 now.",
    "The serial number is 650-253-0000.",
    "In 2019-2020 there were 1,234,567 of 7 654 321.",
    "1234567890 and 0123456789012",
    "ISBN 978-3-16-148410-0",
    "It cost 1 234 567 890 dollars on 2024-01-05 at 12:30:45.",
    "3.14159265358979",
    "4111 1111 1111 1111 and 4242-4242-4242-4242 are for tests; my card is 378282246310005.",
    "4556 7375 8689 9856 has a wrong check digit.",
    "4556737586899855 is a large number.",
    "GB82 WEST 1234 5698 7654 32 is the usual example.",
    "DE44 5001 0517 5407 3249 32 has a wrong check digit.",
    "123-45-6789, 078-05-1120, 000-12-3456 and 666-12-3456",
    "192.168.0.1, 10.0.0.1, 127.0.0.1, 172.16.5.4 and 0.0.0.0",
    "192.0.2.17, 198.51.100.7, 203.0.113.99 and 2001:db8::1",
    "255.255.255.0 and 81.2.69.0",
    "DNS at 8.8.8.8 and 1.1.1.1 and 2001:4860:4860::8888",
    "version 81.2.69.142 and v81.2.69.143",
    "1.3.6.1.4.1.311 and 81.2.69.142.5",
    "::1 and fe80::1 and 00:1A:2B:3C:4D:5E and 12:34:56",
    "std::vector<int> a::b::c",
    "Renew a passport in 10 weeks; the fee is 130 dollars.",
    "The address of the array is 0x7ffd12345678.",
    "Walk down 388 Windsor Street to the sea.",
    "He lives at 123 Main Street in every form.",
    "The president lives at 1600 Pennsylvania Avenue.",
    "I live at the sea, 12 miles from the road.",
    "Address the 3 Main Points first.",
    "",
]


@pytest.mark.parametrize("kind", PERSONAL)
def test_every_planted_find_is_made_and_called_by_its_kind(kind: str) -> None:
    assert missed(CODE, PERSONAL[kind]) == []
    assert [[one.kind for one in identifiers(text)] for text in PERSONAL[kind]] == [[kind]] * len(
        PERSONAL[kind]
    )


def test_what_is_nobody_s_is_no_personal_data() -> None:
    assert accused(CODE, NOBODYS) == []


def test_a_find_in_a_long_text_is_made_too() -> None:
    long = "The sea was calm that day, and nobody thought of home. " * 20
    texts = [f"{long}{text} {long}" for found in PERSONAL.values() for text in found]
    assert missed(CODE, texts) == []


def test_prompts_and_rationales_are_looked_at_too() -> None:
    mail = PERSONAL["e-mail address"][0]
    rows = [
        *answered("Fine.", prompt=mail),
        *answered("Fine.", rationale=mail),
        *answered("Fine.", rationale=None),
    ]
    assert caught(CODE, rows) == [True, True, False]


def test_only_a_contract_that_forbids_personal_data_discards_for_it() -> None:
    policy = GATE_BY_CODE[CODE].policy
    told = {
        word: policy(terms().model_copy(update={"privacy": Privacy.model_validate({"pii": word})}))
        for word in ("allow", "redact", "forbid")
    }
    assert told == {"allow": "allow", "redact": "allow", "forbid": "discard"}


def test_the_kind_is_told_and_the_value_is_not() -> None:
    row = answered("Write to maria.lopez@posteo.de or jan.novak@seznam.cz.")[0]
    assert why(CODE, row).found == "response 2: e-mail address mar…de and 1 more"
    assert why(CODE, row).expected == "no personal data (privacy.pii: forbid)"


# Read one by one: a phone number and two addresses in prompts of pandalm, an address in hh-rlhf.
@pytest.mark.parametrize(("name", "texts"), [("pandalm", 3), ("llmfao", 0), ("oasst", 0), ("hh-rlhf", 1)])
def test_what_is_accused_in_public_sets_looks_like_somebody_s(name: str, texts: int) -> None:
    every = {text for pair in published(name) for text in pair}
    assert len([text for text in every if next(identifiers(text), None)]) == texts
    assert len(accused_of_published(CODE, name)) >= (texts > 0)
