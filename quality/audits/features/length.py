"""How long a response is: log(1 + characters), so that a difference is a ratio of lengths."""

from quality.audits.features.feature import TEXT, Feature, logged

LENGTH = Feature("length", "length", "text", logged(TEXT.str.len_chars()), "that is longer")
FEATURES = (LENGTH,)
