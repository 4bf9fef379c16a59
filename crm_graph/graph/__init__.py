"""The database edge: the only importer of the driver."""
