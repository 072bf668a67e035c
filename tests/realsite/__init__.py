"""The second replay: real pages and the seed op-ed, read from a folder beside the repository at run time."""

from tests.realsite.site import RealSite

__all__ = ["RealSite"]
