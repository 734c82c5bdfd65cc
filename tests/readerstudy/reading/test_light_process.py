"""The web process never loads the heavy sciences."""

import subprocess
import sys

PROGRAM = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "readerstudy.settings"
import django
django.setup()
from django.urls import get_resolver
def load(patterns):
    for pattern in patterns:
        load(getattr(pattern, "url_patterns", []))
load(get_resolver().url_patterns)
heavy = ("torch", "diffusers", "accelerate", "scipy", "pandas", "matplotlib", "statsmodels", "botocore")
print(",".join(name for name in heavy if name in sys.modules))
"""


def test_loading_every_address_loads_no_science() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
