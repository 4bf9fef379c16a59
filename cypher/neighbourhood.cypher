// ask around(key, default_ids, names, limit, considered, looked, beyond) -> found
// What a record is associated with, for each pair of object types some `limit` live records, those with a label or
// primary ones first, then the latest, and what these are associated with, `beyond` each: [relationship type, far key,
// far values, types, since, further]. types: [type id, whether the record is the source]. Values are [name, text] for
// those of `names` that there are; further: [key, values]. default_ids: by relationship type, the unlabelled type. Of
// each pair no more than `considered` relationships are read, and of each far record no more than `looked`, whatever
// they are, so that a hub costs no more than another.
MATCH (r:Record {_key: $key})
USING INDEX SEEK r:Record(_key)
CALL (r) {
  {{each}}
  WITH r
  MATCH (r)-[x:{{relationship_type}}]-(far:Record)
  WITH r, x, far LIMIT $considered
  WHERE far:{{far_label}}
  WITH r, far, collect(x) AS joined
  WITH r, far, joined, any(x IN joined WHERE x.type_id <> $default_ids[type(x)]) AS has_label,
       reduce(at = 0, x IN joined | CASE WHEN x.since > at THEN x.since ELSE at END) AS latest
  ORDER BY has_label DESC, latest DESC LIMIT $limit
  RETURN type(head(joined)) AS pair, far, latest, [x IN joined | [x.type_id, startNode(x) = r]] AS types
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
  pair, far._key, [name IN $names WHERE far[name] IS NOT NULL | [name, left(toStringOrNull(far[name]), 200)]],
  types, latest, further
]) AS found

// ask revisions(key, limit, changes, length) -> revisions
// The last revisions of a record, newest first: [version, at, kind, source, actor, [[name, before, after], …] of at most
// `changes` properties in texts of at most `length` characters, how much changed in all, [[association, whether it
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
    size(coalesce(v.changed, [])) + size(coalesce(v.added, [])) + size(coalesce(v.removed, [])),
    [added IN coalesce(v.added, [])[..$changes] | [added, true]]
      + [removed IN coalesce(v.removed, [])[..$changes] | [removed, false]]
  ]) AS revisions
}
RETURN revisions
