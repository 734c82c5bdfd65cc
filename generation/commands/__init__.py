"""The subcommands of `python -m generation`, one module each.

A module has `SUMMARY`, `add_arguments(parser)` and `run(arguments) -> int`; torch is imported in `run`, so
that `--help` answers at once. `memorization.py` is `python -m generation memorization`.
"""
