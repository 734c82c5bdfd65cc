"""Rank tests, their effect sizes, tests of paired tables, and corrections for many tests.

scipy's exact signed-rank test ignores ties and its default switches methods silently; here each method has a
name, and the name says what was done with zeros, ties and continuity.
"""
