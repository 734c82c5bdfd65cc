"""Whoever calls a method alone finds its parameters and what it returns in its docstring (numpydoc)."""

import inspect
import re

import pytest

import analysis

FUNCTIONS = [name for name in analysis.__all__ if inspect.isfunction(getattr(analysis, name))]


def sections(name: str) -> dict[str, str]:
    text = inspect.getdoc(getattr(analysis, name)) or ""
    parts = re.split(r"^(\w+)\n-{4,}$", text, flags=re.MULTILINE)
    return dict(zip(["", *parts[1::2]], parts[::2], strict=True))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_method_names_each_of_its_parameters_in_order(name: str) -> None:
    named = re.findall(r"^(?! )(.+)$", sections(name)["Parameters"], flags=re.MULTILINE)
    told = [each for line in named for each in line.split(", ")]
    assert told == list(inspect.signature(getattr(analysis, name)).parameters)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_method_says_what_it_returns(name: str) -> None:
    found = sections(name)
    assert found[""].strip()
    assert found["Returns"].strip()
