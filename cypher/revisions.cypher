// ask history(keys, names, limit, characters) -> histories
// For each record key the latest revisions that changed one of the named properties, newest first:
// [key, [[version, at, source, source_id, actor, [[name, value], …]], …]]. Of each record as many as `limit`, and none
// behind that with which its values come to `characters`: they are measured one by one before any are put together.
UNWIND $keys AS key
CALL (key) {
  MATCH (v:_Revision {record_key: key})
  USING INDEX SEEK v:_Revision(record_key, version)
  WHERE v.version > 0 AND any(name IN v.changed WHERE name IN $names)
  WITH v ORDER BY v.record_key DESC, v.version DESC LIMIT $limit
  WITH collect(v) AS found
  WITH found, reduce(sum = {characters: 0, shown: 0}, v IN found |
    CASE WHEN sum.characters >= $characters THEN sum ELSE {
      shown: sum.shown + 1,
      characters: reduce(n = sum.characters, value IN [name IN v.changed WHERE name IN $names | v['after_' + name]] |
        n + coalesce(size(toStringOrNull(value)), reduce(m = 0, item IN value | m + size(item)), 0))
    } END).shown AS shown
  RETURN [v IN found[..shown] | [v.version, v.at, v.source, v.source_id, v.actor,
    [name IN v.changed WHERE name IN $names | [name, v['after_' + name]]]]] AS versions
}
RETURN collect([key, versions]) AS histories
