"""The demo account: a coffee roastery, the same at every start, made through the same functions as any other data."""
