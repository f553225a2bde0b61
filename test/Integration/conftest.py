"""What the tests of whole networks share."""

import pytest

from networks import Networks


@pytest.fixture(scope="session")
def networks():
    """Compiles each network once per session."""
    shared = Networks()
    yield shared
    shared.close()
