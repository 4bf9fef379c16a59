"""The small account of the tests of records."""

from tests.graph.records.conftest import account

__all__ = ["account"]
