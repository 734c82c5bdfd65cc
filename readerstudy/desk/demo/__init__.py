"""Create complete studies: the demo, and the published studies with stand-in images."""

from readerstudy.desk.demo.make import Demo, make_demo
from readerstudy.desk.demo.real_images import RealImages
