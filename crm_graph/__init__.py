"""Crm-graph: a CRM whose data is a graph. Import `Crm` from `crm_graph.crm` and errors from `crm_graph.errors`."""
