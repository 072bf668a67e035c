"""One module per table, ``<zone>_<noun>``: only what its contract cannot say.

``derived(frame, context)`` gives the columns that the expectations look at, row for row with ``frame``;
``expectations(context)`` the expectations themselves. A boolean column is named after its check, and a null in it
means that the check does not apply to the row.
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

from warehouse.contract import Table


def suite_of(table: Table) -> ModuleType | None:
    """The suite of a table, where the contract alone does not say it all."""
    name = f"{__name__}.{table.zone}_{table.noun}"
    return import_module(name) if find_spec(name) else None
