// ask history(keys, names, limit) -> histories
// For each record key the latest revisions that changed one of the named properties, newest first:
// [key, [[version, at, source, source_id, actor, [[name, value], …]], …]].
UNWIND $keys AS key
CALL (key) {
  MATCH (v:_Revision {record_key: key})
  USING INDEX SEEK v:_Revision(record_key, version)
  WHERE v.version > 0 AND any(name IN v.changed WHERE name IN $names)
  WITH v ORDER BY v.version DESC LIMIT $limit
  RETURN collect([v.version, v.at, v.source, v.source_id, v.actor,
    [name IN v.changed WHERE name IN $names | [name, v['after_' + name]]]]) AS versions
}
RETURN collect([key, versions]) AS histories
