"""An R script that reads the bundle, with every table typed."""

import json
from pathlib import Path

HEAD = """\
# Reads the bundle beside this file. No package is needed.
here <- dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)))
if (length(here) == 0) here <- "."
read <- function(name) read.csv(file.path(here, name), na.strings = "", stringsAsFactors = TRUE)
"""


def write_r(folder: Path) -> Path:
    study = json.loads((folder / "study.json").read_text(encoding="utf-8"))
    tables = [path for path in sorted(folder.glob("*.csv")) if path.name != "codebook.csv"]
    lines = [HEAD, *(f'{path.stem} <- read("{path.name}")\n' for path in tables)]
    if (folder / "ratings.csv").exists():
        points = ", ".join(f"{point:g}" for point in study["scale"]["points"])
        lines.append(f"ratings$rating <- factor(ratings$rating, levels = c({points}), ordered = TRUE)\n")
    if (folder / "picks.csv").exists() and not study["masked"]:
        lines.append(
            "counted <- subset(picks, is.na(repeat_of) & catch == 0 & disclosed == 0)\n"
            'cat("Correct picks:", sum(counted$correct), "of", nrow(counted), "\\n")\n'
            "print(aggregate(correct ~ reader, counted, mean))\n"
        )
    path = folder / "bundle.R"
    path.write_text("".join(lines), encoding="utf-8")
    return path
