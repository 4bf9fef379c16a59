// ask total() -> total
// How many records there are, archived ones too.
MATCH (r:Record)
RETURN count(r) AS total

// ask walk(after, limit) -> keys
// Keys of records behind a key, in order.
MATCH (r:Record) WHERE r._key > $after
WITH r._key AS key ORDER BY key LIMIT $limit
RETURN collect(key) AS keys

// ask records(keys, claiming) -> records
// What must agree about each of these records: [key, kind, id, labels, version, changed_at,
// archived_at, merged_into, [number, least and greatest version of its revisions, whether their times rise, kind of the
// last], [[key and property of its claims]], [[name, value] of the properties that claim]]. claiming: names by kind.
UNWIND $keys AS key
MATCH (r:Record {_key: key})
USING INDEX SEEK r:Record(_key)
CALL (r) {
  OPTIONAL MATCH (v:_Revision {record_key: r._key})
  USING INDEX SEEK v:_Revision(record_key, version)
  WHERE v.version IS NOT NULL
  WITH v ORDER BY v.record_key, v.version
  WITH collect(v) AS found
  RETURN [size(found), head(found).version, last(found).version,
    all(i IN range(1, size(found) - 1) WHERE found[i].at > found[i - 1].at), last(found).kind, last(found).at] AS revisions
}
CALL (r) {
  OPTIONAL MATCH (r)<-[:CLAIMED_BY]-(c:_Claim)
  RETURN collect([c.key, c.property]) AS claimed
}
RETURN collect([r._key, r._kind, r._id, labels(r), r._version, r._changed_at, r._archived_at, r._merged_into, revisions,
  claimed, [name IN coalesce($claiming[r._kind], []) | [name, r[name]]]]) AS records

// ask ends(keys, pairs, most) -> found
// Relationships from these records that do not say what they join, or in a place where they may not be. pairs: by
// relationship type (name, source, target, is_past, types, ordered, primary, default).
CALL () {
  UNWIND $keys AS key
  MATCH (r:Record {_key: key})-[x]->(far:Record)
  USING INDEX SEEK r:Record(_key)
  WITH r, x, far, $pairs[type(x)] AS pair
  WHERE NOT coalesce(
    x.from_id = r._id AND x.to_id = far._id AND r._kind = pair.source AND far._kind = pair.target
    AND (NOT x.type_id IN pair.ordered OR r._id < far._id)
    AND pair.is_past = (x.until IS NOT NULL) AND x.since IS NOT NULL AND coalesce(x.since < x.until, true), false)
  WITH r, x, far LIMIT $most
  RETURN collect([r._key, far._key, type(x), x.type_id]) AS found
}
RETURN found

// ask types(keys, pairs, most) -> found
// Live associations of a type that their pair of object types does not have, or of records that were merged away.
CALL () {
  UNWIND $keys AS key
  MATCH (r:Record {_key: key})-[x]->(far:Record)
  USING INDEX SEEK r:Record(_key)
  WHERE x.until IS NULL
    AND (NOT coalesce(x.type_id IN $pairs[type(x)].types, false) OR r._merged_into IS NOT NULL OR far._merged_into IS NOT NULL)
  WITH r, x, far LIMIT $most
  RETURN collect([r._key, far._key, type(x), x.type_id]) AS found
}
RETURN found

// ask defaults(keys, pairs, most) -> found
// Pairs of records with a label but without the unlabelled type beside it. Between records of one type a label may be
// stored in the other direction than the unlabelled type, so both directions are read.
CALL () {
  UNWIND $keys AS key
  MATCH (r:Record {_key: key})-[x]-(far:Record)
  USING INDEX SEEK r:Record(_key)
  WHERE x.until IS NULL AND $pairs[type(x)] IS NOT NULL
  WITH r, far, type(x) AS relationship_type, collect(x.type_id) AS type_ids, collect(startNode(x) = r) AS sent
  WHERE true IN sent AND NOT $pairs[relationship_type].default IN type_ids
  WITH r, far, relationship_type, type_ids LIMIT $most
  RETURN collect([r._key, far._key, relationship_type, head(type_ids)]) AS found
}
RETURN found

// ask intervals(keys, pairs, most) -> found
// Times at which a pair of records had an association type twice over.
CALL () {
  UNWIND $keys AS key
  MATCH (r:Record {_key: key})-[x]->(far:Record)
  USING INDEX SEEK r:Record(_key)
  WHERE $pairs[type(x)] IS NOT NULL
  WITH r, far, $pairs[type(x)].name AS relationship_type, x ORDER BY x.since, coalesce(x.until, 9223372036854775807)
  WITH r, far, relationship_type, x.type_id AS type_id, collect([x.since, x.until]) AS times
  WHERE any(i IN range(1, size(times) - 1) WHERE coalesce(times[i - 1][1] > times[i][0], true))
  WITH r, far, relationship_type, type_id LIMIT $most
  RETURN collect([r._key, far._key, relationship_type, type_id]) AS found
}
RETURN found

// ask primaries(keys, pairs, most) -> found
// Primary associations that are not marked as the only one, or are not; and others that are marked so.
CALL () {
  UNWIND $keys AS key
  MATCH (r:Record {_key: key})-[x]->(far:Record)
  USING INDEX SEEK r:Record(_key)
  WITH r, x, far, x.until IS NULL AND coalesce(x.type_id IN $pairs[type(x)].primary, false) AS is_primary
  WHERE is_primary OR x.one_of IS NOT NULL
  WITH r, x.type_id AS type_id, collect([is_primary, x.one_of, far._key, type(x)]) AS marked
  UNWIND [m IN marked WHERE size(marked) > 1 OR NOT m[0] OR coalesce(m[1] <> r._key + '|' + toString(type_id), true)] AS m
  WITH r, type_id, m LIMIT $most
  RETURN collect([r._key, m[2], m[3], type_id]) AS found
}
RETURN found

// ask limits(keys, limits, most) -> found
// Records with more live associations of a type than its limit. limits: by type id as text (sent, received, symmetric);
// null where there is none. Archived far records do not count.
CALL () {
  UNWIND $keys AS key
  MATCH (r:Record {_key: key})-[x]-(far:Record)
  USING INDEX SEEK r:Record(_key)
  WHERE x.until IS NULL AND far._archived_at IS NULL AND r._archived_at IS NULL
  WITH r, x, $limits[toString(x.type_id)] AS most_of
  WHERE most_of IS NOT NULL
  WITH r, x, CASE WHEN most_of.symmetric OR startNode(x) = r THEN most_of.sent ELSE most_of.received END AS most_allowed,
       most_of.symmetric OR startNode(x) = r AS is_source
  WHERE most_allowed IS NOT NULL
  WITH r, x.type_id AS type_id, type(x) AS relationship_type, is_source, most_allowed, count(x) AS has
  WHERE has > most_allowed
  WITH r, type_id, relationship_type, has, most_allowed LIMIT $most
  RETURN collect([r._key, toString(has) + ' of ' + toString(most_allowed), relationship_type, type_id]) AS found
}
RETURN found

// ask claims(after, limit) -> last, found
// Claims behind a key, in key order: the last key looked at, and those of a property that belong to no record or to
// several.
CALL () {
  MATCH (c:_Claim) WHERE c.key > $after
  WITH c ORDER BY c.key LIMIT $limit
  WITH c, COUNT { (c)-[:CLAIMED_BY]->() } AS owners
  RETURN max(c.key) AS last,
    collect(CASE WHEN owners > 1 OR (owners = 0 AND c.property IS NOT NULL) THEN [c.key, owners] END) AS found
}
RETURN last, found
