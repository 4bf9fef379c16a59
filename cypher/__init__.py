"""The named queries, as package data; read by `crm_graph.graph.queries`."""
