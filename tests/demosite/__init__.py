"""A fictional web from a seed: outlets and governments' sites on ``.example`` hosts, made for nichiro's tests."""

from tests.demosite.response import Response
from tests.demosite.site import DemoSite

__all__ = ["DemoSite", "Response"]
