"""Asking: criteria over the records of one object type, compiled to one statement and run."""

from crm_graph.search.criteria import Criteria, parse
from crm_graph.search.find import SearchPage, run

__all__ = ["Criteria", "SearchPage", "parse", "run"]
