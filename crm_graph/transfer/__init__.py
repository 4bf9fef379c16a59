"""Data in and out of the account: files by a mapping, row by row, in batches."""
