"""Every change once, in one order: numbered after its commit, then read by number.

A change becomes visible when its transaction ends, not when it began, so neither time nor a
counter taken in the transaction gives a cursor that passes nothing by. Here whoever reads
first numbers what was committed since, and only then reads.
"""
