"""The single sampling plans of ISO 2859-1, cell by cell."""

import pytest

from contracts.terms.review import AQLS, Level
from quality.sampling.plans import LETTERS, SIZES, SamplingPlan, code_letter, sampling_plan

# ISO 2859-1, Table 2-A, AQL 0.065 % to 6.5 %, arrows followed: the letter whose plan holds and its Ac.
TABLE_2A = """
A L0 K0 J0 H0 G0 F0 E0 D0 C0 B0 A0
B L0 K0 J0 H0 G0 F0 E0 D0 C0 B0 A0
C L0 K0 J0 H0 G0 F0 E0 D0 C0 B0 D1
D L0 K0 J0 H0 G0 F0 E0 D0 C0 E1 D1
E L0 K0 J0 H0 G0 F0 E0 D0 F1 E1 E2
F L0 K0 J0 H0 G0 F0 E0 G1 F1 F2 F3
G L0 K0 J0 H0 G0 F0 H1 G1 G2 G3 G5
H L0 K0 J0 H0 G0 J1 H1 H2 H3 H5 H7
J L0 K0 J0 H0 K1 J1 J2 J3 J5 J7 J10
K L0 K0 J0 L1 K1 K2 K3 K5 K7 K10 K14
L L0 K0 M1 L1 L2 L3 L5 L7 L10 L14 L21
M L0 N1 M1 M2 M3 M5 M7 M10 M14 M21 L21
N P1 N1 N2 N3 N5 N7 N10 N14 N21 M21 L21
P P1 P2 P3 P5 P7 P10 P14 P21 N21 M21 L21
Q Q2 Q3 Q5 Q7 Q10 Q14 Q21 P21 N21 M21 L21
R R3 R5 R7 R10 R14 R21 Q21 P21 N21 M21 L21
"""
# A lot whose letter this is, and the level that gives it.
LOTS: dict[str, tuple[int, Level]] = {
    letter: (lot, "II")
    for letter, lot in zip(
        LETTERS,
        (8, 15, 25, 50, 90, 150, 280, 500, 1200, 3200, 10_000, 35_000, 150_000, 500_000, 2_000_000),
        strict=False,
    )
} | {"R": (2_000_000, "III")}
CELLS = [
    (row.split()[0], aql, cell)
    for row in TABLE_2A.split("\n")
    if row
    for aql, cell in zip(AQLS[4:15], row.split()[1:], strict=True)
]


@pytest.mark.parametrize(("letter", "aql", "cell"), CELLS)
def test_every_cell_of_the_normal_table_gives_its_plan(letter: str, aql: float, cell: str) -> None:
    lot, level = LOTS[letter]
    plan = sampling_plan(lot, aql, level)
    assert (plan.letter, plan.accept) == (cell[0], int(cell[1:]))
    assert plan.n == min(lot, SIZES[LETTERS.index(cell[0])])


@pytest.mark.parametrize(
    ("lot", "level", "letter"),
    [
        (2, "II", "A"),
        (8, "II", "A"),
        (9, "II", "B"),
        (1000, "I", "G"),
        (1000, "II", "J"),
        (1000, "III", "K"),
        (1000, "S-1", "C"),
        (1000, "S-2", "C"),
        (1000, "S-3", "E"),
        (1000, "S-4", "F"),
        (500_000, "II", "P"),
        (500_001, "II", "Q"),
        (10**9, "III", "R"),
    ],
)
def test_lot_size_and_level_give_the_code_letter(lot: int, level: Level, letter: str) -> None:
    assert code_letter(lot, level) == letter


# Table 2-B: J and K at the usual AQLs.
@pytest.mark.parametrize(
    ("lot", "aql", "n", "accept"),
    [(1000, 1.0, 80, 1), (1000, 2.5, 80, 3), (1000, 4.0, 80, 5), (3000, 1.5, 125, 3), (3000, 6.5, 125, 12)],
)
def test_tightened_inspection_accepts_fewer_defects_of_as_many(
    lot: int, aql: float, n: int, accept: int
) -> None:
    tight, normal = (sampling_plan(lot, aql, inspection=kind) for kind in ("tightened", "normal"))
    assert (tight.n, tight.accept) == (n, accept)
    assert tight.accept < normal.accept and tight.n == normal.n


def test_a_tightened_cell_between_0_and_1_is_refused_and_not_guessed() -> None:
    with pytest.raises(ValueError, match="between 0 and 1 defects"):
        sampling_plan(1000, 0.65, inspection="tightened")


def test_arrows_at_the_edges_of_the_table_lead_into_it() -> None:
    assert sampling_plan(8, 10.0) == SamplingPlan(8, 5, 1, "C")  # no smaller sample than A's
    assert sampling_plan(2_000_000, 0.010, "III") == SamplingPlan(2_000_000, 1250, 0, "Q")
    assert sampling_plan(2_000_000, 0.015, "III") == SamplingPlan(
        2_000_000, 800, 0, "P"
    )  # no larger than R's
    assert sampling_plan(2, 0.010).letter == "Q"
    assert sampling_plan(2_000_000, 0.010, inspection="tightened").letter == "R"


def test_a_sample_larger_than_the_lot_is_all_of_it() -> None:
    plan = sampling_plan(60, 0.10)
    assert (plan.n, plan.accept, plan.reject) == (60, 0, 1)


def test_an_aql_the_tables_lack_names_its_neighbours() -> None:
    with pytest.raises(ValueError, match=r"2\.5 or 4"):
        sampling_plan(1000, 3.0)
    with pytest.raises(ValueError, match="not in the tables"):
        sampling_plan(1000, 25.0)


def test_a_single_record_has_no_plan() -> None:
    with pytest.raises(ValueError, match="look at every record"):
        code_letter(1)
