"""Every feature of a text that an audit looks at, by group; openings come from the batch itself."""

from quality.audits.features import length, markup, tone, wording
from quality.audits.features.feature import Feature

ALL: tuple[Feature, ...] = (*length.FEATURES, *markup.FEATURES, *wording.FEATURES, *tone.FEATURES)
# Assertiveness is boosters less hedges: a model that has the two cannot have it as well.
JOINT: tuple[Feature, ...] = tuple(feature for feature in ALL if feature.name != "assertiveness")
BY_NAME = {feature.name: feature for feature in ALL}
