"""Virtual readers: programs that know the truth and answer as well as their skill allows."""

from readerstudy.truth.virtual.reader import Screen, Seen, Skill, VirtualReader
