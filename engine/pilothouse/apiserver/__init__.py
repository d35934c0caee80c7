"""The one door to the state: defaults, validation, admission, patches, events and tables.

`Door` holds the rules, `Client` is the door as one user sees it, `ApiError` is every refusal.
"""

from pilothouse.apiserver.client import Client
from pilothouse.apiserver.door import Door
from pilothouse.apiserver.status import ApiError
from pilothouse.apiserver.table import Column, Table, table
from pilothouse.apiserver.watch import Watch, WatchEvent

__all__ = ["ApiError", "Client", "Column", "Door", "Table", "Watch", "WatchEvent", "table"]
