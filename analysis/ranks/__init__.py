"""Rank tests, their effect sizes, tests of paired tables, and corrections for many tests.

scipy's exact signed-rank test ignores ties and its default switches methods silently; here each method has a
name, and the name says what was done with zeros, ties and continuity.
"""

from analysis.ranks.equivalence import tost_independent, tost_paired
from analysis.ranks.location import hodges_lehmann, hodges_lehmann_two_sample
from analysis.ranks.multiplicity import adjusted
from analysis.ranks.paired_tables import bowker, mcnemar, stuart_maxwell
from analysis.ranks.rank_sum import rank_sum
from analysis.ranks.several import cochran_q, friedman, kruskal
from analysis.ranks.signed import SIGNED_RANK_METHODS, sign_test, signed_rank
from analysis.ranks.superiority import a12, cliffs_delta, superiority_clustered, superiority_crossed

__all__ = [
    "SIGNED_RANK_METHODS",
    "a12",
    "adjusted",
    "bowker",
    "cliffs_delta",
    "cochran_q",
    "friedman",
    "hodges_lehmann",
    "hodges_lehmann_two_sample",
    "kruskal",
    "mcnemar",
    "rank_sum",
    "sign_test",
    "signed_rank",
    "stuart_maxwell",
    "superiority_clustered",
    "superiority_crossed",
    "tost_independent",
    "tost_paired",
]
