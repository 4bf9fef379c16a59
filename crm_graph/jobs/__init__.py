"""Long work: a job is a node, a worker holds it by a lease, each batch moves its cursor in its own transaction."""
