"""E-mails: deleting one is for good, as in the contract; the record stays for the history of its associations."""

from __future__ import annotations

from crm_graph.records.hooks import Behaviour

PERMANENT_DELETE = Behaviour(refuses_restore=True)
