"""Small worlds, made once."""

import pytest
from harbour import Harbour, fleet, lesson


@pytest.fixture
def harbour():
    return Harbour()


@pytest.fixture(scope="session")
def told():
    return lesson()


@pytest.fixture(scope="session")
def big():
    return fleet(nodes=50, pods=1000, changes_each=10)
