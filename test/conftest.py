"""What every pytest of Tilewright shares."""

import pytest


def pytest_addoption(parser):
    parser.addoption("--full", action="store_true", help="also run the tests marked 'full'")
    parser.addoption("--random-case", help="run this case of test_random_ops.py: Conv:17@0")


def pytest_collection_modifyitems(config, items):
    """Tests marked `full` are left out, not skipped, unless --full is given."""
    if config.getoption("--full"):
        return
    full = [item for item in items if item.get_closest_marker("full")]
    config.hook.pytest_deselected(items=full)
    items[:] = [item for item in items if not item.get_closest_marker("full")]
