// change retire(keys, into, at, most, revisions) -> missing, count, moment, retired
// End two records that become one: archived for good, without the node label that lists archived ones, their
// associations past, their unique values free. keys, in
// ascending order of their ids, and revisions in the same order. `moment`, when it happens, is later than the last change
// of both and than the beginning of each of the associations. Nothing is written where one is `missing` or the
// associations (`count`) are more than `most`. retired: for each key [properties before, ended associations
// [relationship type, properties, far key, whether the far record is live, whether the record was the source]].
CALL () {
  UNWIND $keys AS key
  OPTIONAL MATCH (r:Record {_key: key})
  USING INDEX SEEK r:Record(_key)
  FOREACH (record IN CASE WHEN r IS NULL THEN [] ELSE [r] END | SET record:Record)
  WITH key
  OPTIONAL MATCH (r:Record {_key: key})
  USING INDEX SEEK r:Record(_key)
  RETURN collect(CASE WHEN r IS NULL OR r._archived_at IS NOT NULL THEN key END) AS missing,
         max(CASE WHEN r._changed_at >= $at THEN r._changed_at + 1 ELSE $at END) AS locked_at
}
CALL () {
  UNWIND $keys AS key
  MATCH (keyed:Record {_key: key})-[x]-(:Record)
  USING INDEX SEEK keyed:Record(_key)
  WHERE x.type_id IS NOT NULL AND x.until IS NULL
  RETURN count(x) AS count, max(x.since) AS latest
}
WITH missing, count, CASE WHEN latest >= locked_at THEN latest + 1 ELSE locked_at END AS moment
CALL (missing, count, moment) {
  WITH missing, count, moment WHERE size(missing) = 0 AND count <= $most
  UNWIND range(0, size($keys) - 1) AS n
  MATCH (r:Record {_key: $keys[n]})
  USING INDEX SEEK r:Record(_key)
  CALL (r, moment) {
    MATCH (r)-[x]-(far:Record)
    WHERE x.type_id IS NOT NULL AND x.until IS NULL
    WITH r, x, far, moment, properties(x) AS was, type(x) AS relationship_type, startNode(x) AS source, endNode(x) AS target
    DELETE x
    CREATE (source)-[past:$(relationship_type + '_PAST')]->(target)
    SET past = was, past.one_of = null, past.until = moment
    RETURN collect([relationship_type, was, far._key, far._archived_at IS NULL, source = r]) AS ended
  }
  WITH n, r, moment, ended, properties(r) AS before
  SET r._version = r._version + 1, r._changed_at = moment, r._archived_at = moment, r._merged_into = $into
  REMOVE r:{{node_label}}
  CREATE (v:_Revision:_Pending)
  SET v = $revisions[n], v.version = r._version, v.at = moment,
      v.removed = [e IN ended WHERE e[4] | e[2] + '|' + toString(e[1].type_id)],
      v.received_removed = [e IN ended WHERE NOT e[4] | e[2] + '|' + toString(e[1].type_id)]
  WITH r, before, ended
  CALL (r) {
    MATCH (r)<-[:CLAIMED_BY]-(c:_Claim) WHERE c.property IS NOT NULL
    DETACH DELETE c
  }
  RETURN collect([before, ended]) AS retired
}
RETURN missing, count, moment, retired

// change succeed(key, from_keys, rows, claims) -> made
// Give the new record what two retired ones had. rows: associations (type, far, is_source, properties). Claims that are
// no property's, such as those of ids merged earlier, move over, and so do former ones; claims: the new ones, for the two
// old ids.
MATCH (r:Record {_key: $key})
USING INDEX SEEK r:Record(_key)
CALL (r) {
  UNWIND [row IN $rows WHERE row.is_source] AS row
  MATCH (far:Record {_key: row.far})
  USING INDEX SEEK far:Record(_key)
  CREATE (r)-[x:$(row.type)]->(far)
  SET x = row.properties
}
CALL (r) {
  UNWIND [row IN $rows WHERE NOT row.is_source] AS row
  MATCH (far:Record {_key: row.far})
  USING INDEX SEEK far:Record(_key)
  CREATE (far)-[x:$(row.type)]->(r)
  SET x = row.properties
}
CALL (r) {
  UNWIND $from_keys AS from_key
  MATCH (keyed:Record {_key: from_key})<-[by:CLAIMED_BY]-(c:_Claim|_FormerClaim)
  USING INDEX SEEK keyed:Record(_key)
  DELETE by
  CREATE (c)-[:CLAIMED_BY]->(r)
}
CALL (r) {
  UNWIND $from_keys AS from_key
  MATCH (keyed:Record {_key: from_key})-[m:IN_SEGMENT]->(s:Segment)
  USING INDEX SEEK keyed:Record(_key)
  WITH r, s, min(m.since) AS since, collect(m) AS joined
  FOREACH (m IN joined | DELETE m)
  CREATE (r)-[n:IN_SEGMENT]->(s)
  SET n = {segment_id: s.id, record_id: r._id, since: since}
}
FOREACH (claim IN $claims | CREATE (c:_Claim {key: claim})-[:CLAIMED_BY]->(r))
RETURN size($rows) AS made
