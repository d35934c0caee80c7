"""The one door to the state: defaults, validation, admission, patches, events and tables.

`Door` holds the rules, `Client` is the door as one user sees it, `ApiError` is every refusal.
"""

from .client import Client
from .door import Door
from .status import ApiError
from .table import Column, Table, table
from .watch import Watch, WatchEvent

__all__ = ["ApiError", "Client", "Column", "Door", "Table", "Watch", "WatchEvent", "table"]
