// ask around(key, default_ids, names, limit, looked, beyond) -> found
// What a record is associated with, for each pair of object types some `limit` live records, and what these are
// associated with, `beyond` each: [relationship type, far key, far values, types, since, further]. types: [type id,
// whether the record is the source]. Values are [name, text] for those of `names` that there are; further: [key, values].
// default_ids: by relationship type, the unlabelled type, which every associated pair of records has. Of a far record no
// more than `looked` relationships are looked at, whatever they are, so that a hub costs no more than another.
MATCH (r:Record {_key: $key})
CALL (r) {
  {{each}}
  WITH r
  MATCH (r)-[x:{{relationship_type}}]-(far:{{far_label}})
  WHERE x.type_id = $default_ids[type(x)]
  WITH r, x, far LIMIT $limit
  RETURN x, far, COLLECT { MATCH (r)-[y:{{relationship_type}}]-(far) RETURN [y.type_id, startNode(y) = r] } AS types
  {{end}}
}
CALL (r, far) {
  MATCH (far)-[z]-(other:Record)
  WITH r, far, z, other LIMIT $looked
  WHERE z.until IS NULL AND z.type_id IS NOT NULL AND other._archived_at IS NULL AND other <> r AND other <> far
  WITH DISTINCT other LIMIT $beyond
  RETURN collect([
    other._key, [name IN $names WHERE other[name] IS NOT NULL | [name, left(toStringOrNull(other[name]), 200)]]
  ]) AS further
}
RETURN collect([
  type(x), far._key, [name IN $names WHERE far[name] IS NOT NULL | [name, left(toStringOrNull(far[name]), 200)]],
  types, x.since, further
]) AS found

// ask revisions(key, limit, changes, length) -> revisions
// The last revisions of a record, newest first: [version, at, kind, source, actor, [[name, before, after], …] of at most
// `changes` properties in texts of at most `length` characters, how many changed in all, [[association, whether it
// began], …]].
CALL () {
  MATCH (v:_Revision {record_key: $key})
  USING INDEX SEEK v:_Revision(record_key, version)
  WHERE v.version > 0
  WITH v ORDER BY v.record_key DESC, v.version DESC LIMIT $limit
  RETURN collect([
    v.version, v.at, v.kind, v.source, v.actor,
    [name IN coalesce(v.changed, [])[..$changes] | [name] + [value IN [v['before_' + name], v['after_' + name]] |
      left(coalesce(toStringOrNull(value), reduce(texts = '', item IN value | texts + CASE texts WHEN '' THEN '' ELSE ';' END + item)), $length)]],
    size(coalesce(v.changed, [])),
    [added IN coalesce(v.added, [])[..$changes] | [added, true]]
      + [removed IN coalesce(v.removed, [])[..$changes] | [removed, false]]
  ]) AS revisions
}
RETURN revisions
