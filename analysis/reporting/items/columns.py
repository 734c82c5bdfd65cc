"""The columns of the tables of items."""

from analysis.reporting.columns import RATE, columns_of, compared, kind_of_row

ACCURACY = (*columns_of(("name", "Answers", "text"), ("k", "correct", "count")), *RATE)
BY_READER = (*columns_of(("reader", "Reader", "text"), ("k", "correct", "count")), *RATE)
OPTIONS = (
    *columns_of(("source", "Source", "text"), ("option", "answer", "text"), ("k", "chosen", "count")),
    *RATE,
)
DIFFERENCES = columns_of(
    ("comparison", "Comparison", "text", compared),
    ("what", "of", "text"),
    ("paired", "paired", "yes"),
    ("difference", "difference", kind_of_row),
    ("se", "SE", kind_of_row),
    ("low", "low", kind_of_row),
    ("high", "high", kind_of_row),
    ("p", "p", "p"),
    ("p_holm", "Holm", "p"),
    ("within", "equivalent", "yes", "equivalence.within"),
    ("smallest_margin", "smallest margin", kind_of_row, "equivalence.smallest_margin"),
)
NUMBERS = columns_of(
    ("source", "Source", "text"),
    ("n", "n", "count"),
    ("mean", "mean", "number"),
    ("sd", "SD", "number"),
    ("low", "low", "number"),
    ("high", "high", "number"),
)
LIMITS = columns_of(
    ("compared", "Compared", "text"),
    ("n", "n", "count"),
    ("bias", "bias", "number", "bias.estimate"),
    ("bias_low", "low", "number", "bias.low"),
    ("bias_high", "high", "number", "bias.high"),
    ("sd", "SD", "number"),
    ("low", "lower limit", "number"),
    ("low_from", "from", "number", lambda row: (row.low_interval or (None, None))[0]),
    ("low_to", "to", "number", lambda row: (row.low_interval or (None, None))[1]),
    ("high", "upper limit", "number"),
    ("high_from", "from", "number", lambda row: (row.high_interval or (None, None))[0]),
    ("high_to", "to", "number", lambda row: (row.high_interval or (None, None))[1]),
)
WORTH = columns_of(
    ("source", "Source", "text"),
    ("estimate", "worth", "percent"),
    ("low", "low", "percent"),
    ("high", "high", "percent"),
    ("log_worth", "log worth", "number"),
    ("se", "SE", "number"),
    ("df", "df", "number"),
)
WORTH_DIFFERENCES = columns_of(
    ("comparison", "Comparison", "text", compared),
    ("estimate", "log ratio of worth", "number"),
    ("se", "SE", "number"),
    ("low", "low", "number"),
    ("high", "high", "number"),
    ("p", "p", "p"),
    ("p_holm", "Holm", "p"),
)
PREFERENCES = columns_of(
    ("comparison", "Comparison", "text", compared),
    ("n", "screens", "count"),
    ("a_first", "first before", "count"),
    ("b_first", "second before", "count"),
    ("neither", "neither", "count"),
    ("net", "net share", "percent", "net.estimate"),
    ("low", "low", "percent", "net.low"),
    ("high", "high", "percent", "net.high"),
    ("p", "p", "p", "net.p"),
    ("p_holm", "Holm", "p"),
)
FROC_READERS = columns_of(
    ("reader", "Reader", "text"),
    ("estimate", "figure of merit", "number"),
    ("found", "lesions found", "count"),
    ("lesions", "of", "count"),
    ("sensitivity", "share", "percent"),
    ("false_per_image", "false marks an image", "number"),
)
FROC_SOURCES = columns_of(
    ("source", "Source", "text"),
    ("estimate", "figure of merit", "number"),
    ("low", "low", "number"),
    ("high", "high", "number"),
)
WORDS = columns_of(
    ("source", "Source", "text"),
    ("n", "texts", "count"),
    ("words", "mean words", "number"),
    ("median", "median", "number"),
)
TEXTS = columns_of(
    ("reader", "Reader", "text"),
    ("image", "image", "text"),
    ("source", "source", "text"),
    ("text", "text", "text"),
)
OPTION_AGREEMENT = columns_of(
    ("option", "Answer", "text", "name"),
    ("raw", "raw agreement", "percent", "found.raw.estimate"),
    ("fleiss", "Fleiss’ kappa", "number", "found.fleiss.estimate"),
    ("low", "low, cases", "number", "found.fleiss.low"),
    ("high", "high, cases", "number", "found.fleiss.high"),
    ("ac1", "AC1", "number", "found.ac1.estimate"),
)
