"""Agreement between readers. Every function takes a table with one row a reader and one column a case.

Three errors answer three questions and keep their names apart:

- `se_null`: had the readers answered independently of the case, how far would the coefficient stray from 0?
  For the test alone (`z`, `p`), never for an interval.
- `se_cases`: with other cases and these readers? Linearised over cases; `low` and `high` are t on N - 1.
- `se_readers`: with other readers and these cases? Jackknife over readers, corrected for kappa and alpha;
  `low_readers`, `high_readers`.

They are computed when the first of them is read: the estimate alone costs nothing more.
"""
