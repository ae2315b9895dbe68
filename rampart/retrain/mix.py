"""The weight that each domain is to have among the training rows."""

import math
from dataclasses import dataclass

import polars as pl

from rampart.retrain.scope import Scope


@dataclass(frozen=True)
class DomainShare:
    """One domain's share of the training weight before and after, and what its pairs were multiplied by.

    `domain` None stands for every domain that the mix does not list, pairs without a domain among them.
    """

    domain: str | None
    came: float
    share: float
    factor: float


def domain_factor(scope: Scope) -> pl.Expr:
    """The scope's own factor on a pair's domain."""
    if not scope.domain_factors:
        return pl.lit(1.0)
    named, factors = zip(*scope.domain_factors, strict=True)
    return pl.col("domain").replace_strict(named, factors, default=1.0, return_dtype=pl.Float64)


def outside_mix(scope: Scope) -> pl.Expr:
    """Is a pair of a domain that the mix leaves nothing for?"""
    if not scope.domain_mix:
        return pl.lit(value=False)
    wanted = [domain for domain, share in scope.domain_mix if share]
    named = [domain for domain, _ in scope.domain_mix]
    domain = pl.col("domain")
    rest = pl.lit(value=scope.mix_is_whole)
    return pl.when(domain.is_in(named).fill_null(value=False)).then(~domain.is_in(wanted)).otherwise(rest)


def mixed(pairs: pl.DataFrame, scope: Scope) -> tuple[pl.DataFrame, tuple[DomainShare, ...]]:
    """`pairs` with training weights that give each domain its share, and that sum to what they summed to."""
    if not scope.domain_mix:
        return pairs, ()
    listed = [domain for domain, _ in scope.domain_mix]
    train = pl.col("split") == "train"
    domain = pl.when(pl.col("domain").is_in(listed)).then("domain")
    came = _weights(pairs.filter(train).select("weight", domain=domain))
    shares = _shares(came, scope)
    factors = {one.domain: one.factor for one in shares}
    factor = domain.replace_strict(
        [key for key in factors if key is not None],
        [factors[key] for key in factors if key is not None],
        default=factors.get(None, 1.0),
        return_dtype=pl.Float64,
    )
    weight = pl.when(train).then(pl.col("weight") * factor).otherwise("weight")
    return pairs.with_columns(weight=weight), shares


def _weights(train: pl.DataFrame) -> dict[str | None, float]:
    """Weight of each listed domain that is there, and of the rest. Sums are exact, so in any order equal."""
    parts = train.partition_by("domain", as_dict=True, maintain_order=False)
    return {key[0]: math.fsum(part["weight"]) for key, part in sorted(parts.items(), key=str)}


def _shares(came: dict[str | None, float], scope: Scope) -> tuple[DomainShare, ...]:
    total = math.fsum(came.values())
    wanted: dict[str | None, float] = dict(scope.domain_mix)
    wanted[None] = max(0.0, 1.0 - math.fsum(wanted.values()))
    there = {domain: wanted[domain] for domain in came}
    together = math.fsum(there.values())
    shares = {domain: share / together for domain, share in there.items()} if together else {}
    return tuple(
        DomainShare(domain, came[domain] / total, share, share * total / came[domain])
        for domain, share in shares.items()
    )
