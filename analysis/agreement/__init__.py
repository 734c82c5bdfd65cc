"""Agreement between readers. Every function takes a table with one row a reader and one column a case.

Three errors answer three questions and keep their names apart:

- `se_null`: had the readers answered independently of the case, how far would the coefficient stray from 0?
  For the test alone (`z`, `p`), never for an interval.
- `se_cases`: with other cases and these readers? Linearised over cases; `low` and `high` are t on N - 1.
- `se_readers`: with other readers and these cases? Jackknife over readers; `low_readers`, `high_readers`.

They are computed when the first of them is read: the estimate alone costs nothing more.
"""

from analysis.agreement.chance import (
    brennan_prediger,
    fleiss_kappa,
    gwet_ac1,
    gwet_ac2,
    raw_agreement,
)
from analysis.agreement.cohen import cohen_kappa, prevalence_bias
from analysis.agreement.conger import conger_kappa
from analysis.agreement.intraclass import icc, icc_forms
from analysis.agreement.kendall import kendall_w
from analysis.agreement.krippendorff import krippendorff_alpha
from analysis.agreement.result import Agreement, CategoryAgreement

__all__ = [
    "Agreement",
    "CategoryAgreement",
    "brennan_prediger",
    "cohen_kappa",
    "conger_kappa",
    "fleiss_kappa",
    "gwet_ac1",
    "gwet_ac2",
    "icc",
    "icc_forms",
    "kendall_w",
    "krippendorff_alpha",
    "prevalence_bias",
    "raw_agreement",
]
