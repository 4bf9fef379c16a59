// What was merged into another record is in no list of archived ones.
MATCH (r:Record)
WHERE r._merged_into IS NOT NULL
WITH r, [label IN labels(r) WHERE label <> 'Record'] AS listed
REMOVE r:$(listed);
