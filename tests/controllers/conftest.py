from __future__ import annotations

from collections.abc import Iterator

import pytest
from rig import Rig


@pytest.fixture
def rig() -> Iterator[Rig]:
    """A control plane with two nodes; afterwards no object may have been changed in place."""
    made = Rig(nodes=2, guard=True)
    yield made
    made.store.verify()
