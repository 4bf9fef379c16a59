// ask properties(key, at) -> existed, kind, version, values
// What a record was at a moment, from its revisions alone: the last one that made, archived, restored, merged or
// purged it, and for each property ever written the value after its last change.
CALL () {
  OPTIONAL MATCH (v:_Revision {record_key: $key})
  USING INDEX SEEK v:_Revision(record_key, at)
  WHERE v.at <= $at AND v.kind IN ['create', 'archive', 'restore', 'merge', 'purge']
  WITH v ORDER BY v.record_key DESC, v.at DESC LIMIT 1
  RETURN v.kind AS kind, v.version AS version
}
CALL () {
  MATCH (v:_Revision {record_key: $key})
  USING INDEX SEEK v:_Revision(record_key, at)
  WHERE v.at <= $at
  UNWIND v.changed AS name
  WITH name, max(v.version) AS latest
  MATCH (v:_Revision {record_key: $key, version: latest})
  RETURN collect([name, v['after_' + name]]) AS values
}
RETURN kind IS NOT NULL AS existed, kind, version, values

// ask associations(key, at, limit) -> associations
// With which live records a record was associated at a moment: [key of the far record, type id as stored, whether the
// record was the source]. The far record's archiving and restoring is read from its revisions.
CALL () {
  MATCH (r:Record {_key: $key})-[x]-(far:Record)
  USING INDEX SEEK r:Record(_key)
  WHERE x.since <= $at AND (x.until IS NULL OR $at < x.until)
  CALL (far) {
    MATCH (v:_Revision {record_key: far._key})
    USING INDEX SEEK v:_Revision(record_key, at)
    WHERE v.at <= $at AND v.kind IN ['create', 'archive', 'restore', 'merge', 'purge']
    WITH v ORDER BY v.record_key DESC, v.at DESC LIMIT 1
    RETURN v.kind IN ['create', 'restore'] OR (v.kind = 'merge' AND v.version = 1) AS is_live
  }
  WITH r, x, far WHERE is_live
  LIMIT $limit
  RETURN collect([far._key, x.type_id, startNode(x) = r]) AS associations
}
RETURN associations
