#!/usr/bin/env python
"""Run a readerstudy command: `./manage.py help` lists them."""

from readerstudy.command_line import main

if __name__ == "__main__":
    main()
