// ask history(keys, names, limit, characters) -> histories
// For each record key the latest revisions that changed one of the named properties, newest first:
// [key, [[version, at, source, source_id, actor, [[name, value], …]], …]]. Of each record as many as `limit`, and none
// behind that with which its values come to `characters`: they are measured one by one before any are put together.
// What a merge made goes on from the revisions of its primary record, all older; values `carried` over are no change.
UNWIND $keys AS key
MATCH (r:Record {_key: key})
USING INDEX SEEK r:Record(_key)
CALL (r) {
  UNWIND [r._key] + coalesce(r._earlier_keys, []) AS written_as
  CALL (written_as) {
    MATCH (v:_Revision {record_key: written_as})
    USING INDEX SEEK v:_Revision(record_key, version)
    WHERE v.version > 0 AND any(name IN v.changed WHERE name IN $names AND NOT name IN coalesce(v.carried, []))
    WITH v ORDER BY v.record_key DESC, v.version DESC LIMIT $limit
    RETURN v
  }
  WITH v ORDER BY v.at DESC LIMIT $limit
  WITH collect([v, [name IN v.changed WHERE name IN $names AND NOT name IN coalesce(v.carried, [])]]) AS found
  WITH found, reduce(sum = {characters: 0, shown: 0}, each IN found |
    CASE WHEN sum.characters >= $characters THEN sum ELSE {
      shown: sum.shown + 1,
      characters: reduce(n = sum.characters, value IN [name IN each[1] | each[0]['after_' + name]] |
        n + coalesce(size(toStringOrNull(value)), reduce(m = 0, item IN value | m + size(item)), 0))
    } END).shown AS shown
  UNWIND found[..shown] AS each
  WITH each[0] AS v, each[1] AS changed
  RETURN collect([v.version, v.at, v.source, v.source_id, v.actor, [name IN changed | [name, v['after_' + name]]]]) AS versions
}
RETURN collect([r._key, versions]) AS histories
