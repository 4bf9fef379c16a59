// Keys of the records that were merged into the record `r`, from its claims `c`. These are given without a label to find
// them by, since Neo4j may take an index of claims for empty and look for them there.
collect(CASE WHEN c:_Claim AND c.key STARTS WITH $merged THEN $object_type_id + ':' + substring(c.key, size($merged)) END)
