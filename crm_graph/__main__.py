"""`python -m crm_graph` is the command `crm-graph`."""

from crm_graph.cli import main

main()
