"""Questions over many records, and over any moment."""
