"""The bundled Neo4j: its files, its settings, its process."""
