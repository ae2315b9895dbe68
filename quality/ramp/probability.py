"""How a probability of the forecast is told to people."""


def probability(value: float) -> str:
    """To two digits, and never as the certainty that a forecast does not have: ``> .99``, ``< .01``."""
    if value > 0.99:
        return "> .99"
    return "< .01" if value < 0.01 else f"{value:.2f}"
