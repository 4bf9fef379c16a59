"""The database edge: the only importer of neo4j and neomodel."""
