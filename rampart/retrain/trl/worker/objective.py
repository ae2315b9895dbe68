"""TRL's RewardTrainer with weights, soft labels, margins and K-wise judgements.

For pair p of texts (i, j), with d = s(i) - s(j), t = P(i is better) as labelled and m the margin,

    l_p = - t log sigmoid(d - m) - (1 - t) log sigmoid(-d - m)
    L   = ( sum_p w_p l_p ) / ( B w ) + c mean_k s(k)^2

over a batch of B judgements, w being the mean weight of a judgement in the whole training set. Dividing by
what the batch itself weighs would undo the weights: a judgement alone in its batch would count in full.
With hard labels, weights of 1 and two texts a judgement this is TRL's own loss. The last term keeps scores
near 0; it is TRL's up to the square, which there is of a pair's sum (arXiv:2312.09244, equation 2).
"""

from dataclasses import dataclass
from typing import Any

import torch
from torch.nn.functional import logsigmoid
from trl import RewardTrainer

from rampart.retrain.trl.worker.preferences import Judgement

PAIR_FIELDS = ("target", "weight", "margin")


@dataclass
class JudgementCollator:
    """Judgements as one padded batch: texts beneath each other, pairs as places among them."""

    pad_token_id: int

    def __call__(self, judgements: list[dict[str, Any]]) -> dict[str, torch.Tensor]:
        """Shapes: `input_ids` and `attention_mask` (texts, tokens), the pairs' fields (pairs,)."""
        texts = [ids for one in judgements for ids in one["texts"]]
        longest = max(len(ids) for ids in texts)
        starts = [0]
        for one in judgements:
            starts.append(starts[-1] + len(one["texts"]))
        batch = {
            "input_ids": torch.tensor([ids + [self.pad_token_id] * (longest - len(ids)) for ids in texts]),
            "attention_mask": torch.tensor([[1] * len(ids) + [0] * (longest - len(ids)) for ids in texts]),
            "judgements": torch.tensor(len(judgements)),
        }
        for side in ("first", "second"):
            places = [at + start for one, start in zip(judgements, starts, strict=False) for at in one[side]]
            batch[side] = torch.tensor(places)
        for name in PAIR_FIELDS:
            batch[name] = torch.tensor([value for one in judgements for value in one[name]])
        return batch


def pair_losses(d: torch.Tensor, target: torch.Tensor, margin: torch.Tensor) -> torch.Tensor:
    """l_p of each pair, in nats."""
    return -target * logsigmoid(d - margin) - (1 - target) * logsigmoid(-d - margin)


def batch_loss(scores: torch.Tensor, batch: dict[str, torch.Tensor], mean_weight: float) -> torch.Tensor:
    """The first term of L."""
    d = scores[batch["first"]] - scores[batch["second"]]
    losses = pair_losses(d, batch["target"], batch["margin"])
    return (batch["weight"] * losses).sum() / (batch["judgements"] * mean_weight)


class JudgementTrainer(RewardTrainer):  # type: ignore[misc]  # TRL is not in this project's environment
    """`RewardTrainer` over judgements that are tokenised already."""

    def __init__(self, *, mean_weight: float, **arguments: Any) -> None:
        self._mean_weight = mean_weight
        super().__init__(**arguments)

    def _prepare_dataset(self, dataset: Any, *_: Any) -> Any:
        """TRL would tokenise, and drop what is too long; both were done, the latter counted."""
        return dataset

    def compute_loss(
        self,
        model: Any,
        inputs: dict[str, torch.Tensor],
        return_outputs: bool = False,
        num_items_in_batch: Any = None,  # noqa: ARG002 (Trainer passes it)
    ) -> Any:
        """L of one batch."""
        outputs = model(
            input_ids=inputs["input_ids"], attention_mask=inputs["attention_mask"], use_cache=False
        )
        scores = outputs.logits.squeeze(-1).float()
        loss = batch_loss(scores, inputs, self._mean_weight)
        if self.args.center_rewards_coefficient:
            loss = loss + self.args.center_rewards_coefficient * (scores**2).mean()
        self._note(scores.detach(), inputs)
        return (loss, outputs) if return_outputs else loss

    def _note(self, scores: torch.Tensor, batch: dict[str, torch.Tensor]) -> None:
        """What `log` averages: accuracy on strict pairs, and the spread of the scores."""
        d = scores[batch["first"]] - scores[batch["second"]]
        strict = batch["target"] != 0.5
        found = self._metrics["train" if self.model.training else "eval"]
        if bool(strict.any()):
            right = ((d > 0) == (batch["target"] > 0.5))[strict].float().mean()
            found["accuracy"].append(right.item())
        found["mean_reward"].append(scores.mean().item())
        found["margin"].append(d.abs().mean().item())


def as_rows(judgements: list[Judgement]) -> list[dict[str, Any]]:
    """Judgements as plain rows, as `datasets` keeps them."""
    return [vars(one) for one in judgements]
