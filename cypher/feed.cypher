// plain number(limit) -> numbered, seq
// Give the oldest waiting revisions their place in the feed; `seq` is the last place that readers may see.
// The lock on (:_Feed) makes numbering wait for the commit of the one before it. A scan does not stand still while
// others commit: it can meet a record's later change and miss the earlier, so of each record only what follows the
// numbered ones without gap is taken, the rest at the next call.
MATCH (f:_Feed {name: 'feed'})
SET f:_Feed
WITH f
CALL (f) {
  MATCH (v:_Pending) WHERE v.at >= 0
  WITH v ORDER BY v.at, v.record_key, v.version LIMIT $limit
  WITH v.record_key AS record_key, collect(v) AS found
  WHERE NOT EXISTS {
    MATCH (earlier:_Revision {record_key: record_key, version: found[0].version - 1})
    USING INDEX SEEK earlier:_Revision(record_key, version)
    WHERE earlier.seq IS NULL
  }
  UNWIND range(0, size(found) - 1) AS i
  WITH found[i] AS v, found[0].version + i AS expected
  WHERE v.version = expected
  WITH v ORDER BY v.at, v.record_key, v.version
  RETURN collect(v) AS taken
}
WITH f, taken, coalesce(f.seq, 0) AS last
FOREACH (i IN range(0, size(taken) - 1) |
  FOREACH (v IN [taken[i]] |
    SET v.seq = last + 1 + i
    REMOVE v:_Pending))
FOREACH (x IN CASE WHEN size(taken) > 0 THEN [f] ELSE [] END | SET x.seq = last + size(taken))
RETURN size(taken) AS numbered, last + size(taken) AS seq

// plain read(after, upto, limit) -> events
// Numbered revisions behind a place, in order. What lies beyond `upto` may be just being committed and is left out.
CALL () {
  MATCH (v:_Revision) WHERE $after < v.seq <= $upto
  WITH v ORDER BY v.seq LIMIT $limit
  RETURN collect(properties(v)) AS events
}
RETURN events
