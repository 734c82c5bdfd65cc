"""How fast the generator is, beside its peers: `python -m generation.bench --out bench.json`.

Runs on any CUDA machine without Django; with `--toy` at a size that a CPU finishes in seconds. Each part has
a deadline, each figure is written as soon as it is measured, and the same command again goes on with what is
missing. `--page` writes the JSON into its section of docs/benchmarks.md; what was not measured stays blank.
"""
