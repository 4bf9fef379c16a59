"""What a request costs: CPU time of server and database, ours against the least that the same Cypher can cost."""
