"""`python -m generation COMMAND`: exits 0 on success, 1 on a refused or failed job, 2 on wrong usage."""

import argparse
import importlib
import pkgutil
import sys
from collections.abc import Sequence

import generation.commands
from generation.errors import GenerationError


def main(words: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m generation",
        description="Train, sample, measure and release synthetic radiographs.",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for info in pkgutil.iter_modules(generation.commands.__path__):
        module = importlib.import_module(f"generation.commands.{info.name}")
        if hasattr(module, "SUMMARY"):
            name = getattr(module, "NAME", info.name)
            command = commands.add_parser(name, help=module.SUMMARY, description=module.SUMMARY + ".")
            module.add_arguments(command)
            command.set_defaults(run=module.run)
    arguments = parser.parse_args(words)
    try:
        return int(arguments.run(arguments))
    except GenerationError as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("stopped: run the same command again to go on\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())
