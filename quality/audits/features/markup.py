"""How a response is laid out: Markdown marks, emoji, links and exclamation marks, each log(1 + count).

The marks that LMArena's style control uses (Li, Angelopoulos & Chiang 2024, "Does style matter?",
lmsys.org) are headers, bold and lists; the others are what format audits of reward models add (Zhang et al.
2024, "From Lists to Emojis", arXiv:2409.11704).
"""

from quality.audits.features.feature import TEXT, Feature, logged

_MARKS = {
    "lists": (r"(?m)^[ \t]*(?:[-*+•]|\d{1,3}[.)])[ \t]+\S", "with lists"),
    "bold": (r"\*\*[^*\s][^*\n]*\*\*|__[^_\s][^_\n]*__|<(?:b|strong)>", "with bold text"),
    "headers": (r"(?m)^[ \t]{0,3}#{1,6}[ \t]+\S|<h[1-6]>", "with headers"),
    "tables": (r"(?m)^[ \t]*\|.*\|[ \t]*$", "with tables"),
    "code": (r"(?m)^[ \t]*(?:```|~~~)", "with code blocks"),
    "emoji": (r"[\p{Emoji_Presentation}\x{2600}-\x{27BF}]", "with emoji"),
    "links": (r"(?i)https?://|(?-u:\b)www\.", "with links"),
    # Three in a row are one; the mark of `a != b` or `![image]` is none.
    "exclamations": (r"(?m)[!\x{FF01}]+(?:[\s\"'”\x{2019})*_!\x{FF01}]|$)", "with exclamation marks"),
}

FEATURES = tuple(
    Feature(name, "format", "text", logged(TEXT.str.count_matches(pattern)), says)
    for name, (pattern, says) in _MARKS.items()
)
