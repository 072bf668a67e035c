"""Every table of nichiro, by zone. ``TABLES`` maps "zone.noun" to its contract."""

from __future__ import annotations

from warehouse.contract import Table
from warehouse.tables import enriched, marts, ops, raw, staging

ZONES = ("raw", "staging", "enriched", "marts", "ops")
TABLES: dict[str, Table] = {
    table.name: table
    for module in (raw, staging, enriched, marts, ops)
    for table in vars(module).values()
    if isinstance(table, Table)
}
