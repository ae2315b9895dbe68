"""Whether an equation of plain numbers holds: exact, bounded, and nothing else is ever evaluated."""

import ast
import operator
import re
from collections.abc import Callable, Iterator
from fractions import Fraction

_NUMBER = r"-?\$?\d{1,15}(?:,\d{3})*(?:\.\d{1,9})?"
_TERM = rf"[( \t]*{_NUMBER}[) \t]*"
_JOINED = r"[-+*/x\u00d7\u00b7\u00f7]"
# Two plain numbers or more, an equals sign and one number, all on a line: "(2 + 1) x 4 = 12". Neither side
# may go on into what is no plain number: another operator, a variable, a percent sign, a time of day.
EQUATION = re.compile(
    r"(?<![\w.,:%/^*+\-(=\u00d7\u00b7\u00f7$])(?<![%/^*+\-(=\u00d7\u00b7\u00f7]\s)"
    rf"(?P<left>{_TERM}(?:{_JOINED}{_TERM})+)=[ \t]*(?P<right>{_NUMBER})"
    r"(?![\d.,]*[ \t]*[-+*/x\u00d7\u00b7\u00f7^%(]|[.,]?\d|\w)"
)
# Words that make the numbers before them part of the left side: "10% of 50 + 3 = 8".
_GOES_ON = re.compile(r"\b(of|plus|minus|times|by|over|root|mod|modulo|than|to|from)\s*$", re.IGNORECASE)
LONGEST = 200  # characters of a left side; arithmetic shown to people is shorter
_OPERATORS: dict[type[ast.operator], Callable[[Fraction, Fraction], Fraction]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
_WRITTEN = str.maketrans({"x": "*", "\u00d7": "*", "\u00b7": "*", "\u00f7": "/", ",": None, "$": None})


def false_steps(text: str) -> tuple[str, ...]:
    """Equations of `text` that do not hold, as written; rounding to the places shown is no mistake."""
    lines = (line for line in text.splitlines() if "=" in line)
    return tuple(equation for line in lines for equation in _false(line))


def _false(line: str) -> Iterator[str]:
    for found in EQUATION.finditer(line):
        goes_on = _GOES_ON.search(line, max(0, found.start() - 20), found.start())
        if not goes_on and _holds(found["left"], found["right"]) is False:
            yield found.group().strip()


def number(text: str) -> Fraction | None:
    """The number `text` says, such as ``$1,250.50``; None for anything else."""
    plain = text.translate(_WRITTEN).strip()
    return Fraction(plain) if re.fullmatch(r"-?\d{1,15}(\.\d{1,9})?", plain) else None


def _holds(left: str, right: str) -> bool | None:
    """None where it cannot be told: not an expression, a division by zero."""
    value, stated = _value(left.translate(_WRITTEN)), number(right)
    if value is None or stated is None:
        return None
    places = len(right.partition(".")[2])
    # Rounded or cut off: within one unit of the last place shown. A whole number may stand for one too.
    return value == stated or (value.denominator > 1 and abs(value - stated) < Fraction(1, 10**places))


def _value(expression: str) -> Fraction | None:
    if len(expression) > LONGEST:
        return None
    try:
        return _evaluated(ast.parse(expression.strip(), mode="eval").body)
    except (SyntaxError, ValueError, ZeroDivisionError, RecursionError, MemoryError):
        return None


def _evaluated(node: ast.expr) -> Fraction:
    match node:
        case ast.BinOp(left, kind, right) if type(kind) in _OPERATORS:
            return _OPERATORS[type(kind)](_evaluated(left), _evaluated(right))
        case ast.UnaryOp(ast.USub(), operand):
            return -_evaluated(operand)
        case ast.Constant(int() | float() as value):
            return Fraction(str(value))
    raise ValueError("not arithmetic")
