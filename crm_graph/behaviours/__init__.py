"""Rules of single object types, attached by the names that their TOML tables give. This table is all there is."""

from __future__ import annotations

from collections.abc import Mapping

from crm_graph.behaviours import contacts, deals, emails, leads, lifecycle, line_items, pipelines, quotes, tickets
from crm_graph.records.hooks import Behaviour

BEHAVIOURS: Mapping[str, Behaviour] = {
    "contact_email": contacts.EMAIL,
    "lifecycle": lifecycle.FORWARD_ONLY,
    "staged": pipelines.STAGED,
    "deal_close": deals.CLOSE,
    "ticket_close": tickets.CLOSE,
    "product_copy": line_items.PRODUCT_COPY,
    "lead_primary": leads.NEEDS_PRIMARY,
    "quote_deal": quotes.NEEDS_DEAL,
    "permanent_delete": emails.PERMANENT_DELETE,
}
