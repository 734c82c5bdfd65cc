"""Whole studies made in one go: the demonstration, and the published studies with stand-in images."""

from readerstudy.desk.demo.make import Demo, make_demo

__all__ = ["Demo", "make_demo"]
