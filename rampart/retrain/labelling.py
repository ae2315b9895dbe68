"""What a contract's `training` terms make of labels, for trainers that are given them in a file.

The linear backend reads the same terms itself; `rampart.retrain.linear.labels` has the rules, for both.
"""

from dataclasses import dataclass
from typing import Literal, Self

import pyarrow as pa

from contracts.model import Training

MARGIN = pa.field("margin", pa.float64(), nullable=False)  # log-odds the winner is to lead by


@dataclass(frozen=True)
class Labelling:
    """Choices about labels, as in `LinearConfig`."""

    strength: Literal["ignore", "weight", "margin"] = "weight"
    margin: float = 1.0
    labels: Literal["delivered", "agreement"] = "delivered"
    flipped_share: float = 0.0

    @classmethod
    def under(cls, terms: Training) -> Self:
        """What the terms of a contract ask for."""
        return cls(strength=terms.strength, labels=terms.labels, flipped_share=terms.flipped_share)

    def applied(self, pairs: pa.Table) -> pa.Table:
        """`pairs` (`snapshot.PAIR`) with target and weight so made, and the column `margin` behind."""
        # Only a training needs these, and they take a second to import.
        from rampart.retrain.linear.config import LinearConfig  # noqa: PLC0415
        from rampart.retrain.linear.labels import labelled  # noqa: PLC0415
        from rampart.retrain.texts import texts_of  # noqa: PLC0415

        config = LinearConfig(
            strength=self.strength, margin=self.margin, labels=self.labels, flipped_share=self.flipped_share
        )
        made = labelled(pairs, texts_of(pairs), config)
        for name, values in (("target", made.target), ("weight", made.weight)):
            place = pairs.schema.get_field_index(name)
            pairs = pairs.set_column(place, pairs.schema.field(name), pa.array(values, pa.float64()))
        return pairs.append_column(MARGIN, pa.array(made.margin, pa.float64()))
