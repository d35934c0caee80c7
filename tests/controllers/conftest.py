from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from rig import Rig


@pytest.fixture
def rig() -> Iterator[Rig]:
    """A control plane with two nodes; afterwards no object may have been changed in place."""
    made = Rig(nodes=2, guard=True)
    yield made
    made.store.verify()
