"""The three kinds of expectation that most checks are of, each with its configuration made once.

Great Expectations makes an expectation's configuration anew some 120 times a check (1.24): a third of the gate's time.
Nothing here changes one after it was made.
"""

from __future__ import annotations

from typing import Any

from great_expectations import expectations as gxe
from pydantic.v1 import PrivateAttr

__all__ = ["ValuesInSet", "ValuesNotNull", "ValuesWithin"]


_make: Any = gxe.Expectation.configuration


def _once(expectation: Any) -> Any:
    if expectation._made is None:
        expectation._made = _make.fget(expectation)
    return expectation._made


class ValuesNotNull(gxe.ExpectColumnValuesToNotBeNull):
    """``column`` has no null."""

    _made: Any = PrivateAttr(None)
    configuration = property(_once)


class ValuesInSet(gxe.ExpectColumnValuesToBeInSet):
    """Every value of ``column`` that is not null is one of ``value_set``."""

    _made: Any = PrivateAttr(None)
    configuration = property(_once)


class ValuesWithin(gxe.ExpectColumnValuesToBeBetween):
    """Every value of ``column`` that is not null lies from ``min_value`` to ``max_value``, both permitted."""

    _made: Any = PrivateAttr(None)
    configuration = property(_once)
