// change create(rows, words, word_lists) -> created
// Records with their claims and first revisions. rows: properties (system ones among them), claims (key, property),
// revision. words, word_lists: names of the searchable properties, single values and lists. A taken claim is a
// constraint violation and rolls all of it back.
CALL () {
  UNWIND $rows AS row
  CREATE (r:Record:{{node_label}})
  SET r = row.properties
  SET r._text = {{>searched_text}}
  FOREACH (claim IN row.claims | CREATE (c:_Claim)-[:CLAIMED_BY]->(r) SET c = claim)
  CREATE (v:_Revision:_Pending)
  SET v = row.revision
}
RETURN size($rows) AS created

// ask read(wanted, names, archived) -> records
// For each wanted (key, claim) its place n in the list with the values of the named properties. A claim wins over a key,
// since the id of a merged record leads to the record it became.
UNWIND range(0, size($wanted) - 1) AS n
WITH n, $wanted[n] AS wanted
OPTIONAL MATCH (direct:Record {_key: wanted.key})
USING INDEX SEEK direct:Record(_key)
OPTIONAL MATCH (claim:_Claim {key: wanted.claim})-[:CLAIMED_BY]->(claimed:Record)
USING INDEX SEEK claim:_Claim(key)
WITH n, coalesce(claimed, direct) AS r
WHERE r IS NOT NULL AND (r._archived_at IS NOT NULL) = $archived
RETURN collect([n, [name IN $names | r[name]]]) AS records

// ask read_whole(wanted, archived) -> records
// Like read, with every property.
UNWIND range(0, size($wanted) - 1) AS n
WITH n, $wanted[n] AS wanted
OPTIONAL MATCH (direct:Record {_key: wanted.key})
USING INDEX SEEK direct:Record(_key)
OPTIONAL MATCH (claim:_Claim {key: wanted.claim})-[:CLAIMED_BY]->(claimed:Record)
USING INDEX SEEK claim:_Claim(key)
WITH n, coalesce(claimed, direct) AS r
WHERE r IS NOT NULL AND (r._archived_at IS NOT NULL) = $archived
RETURN collect([n, properties(r)]) AS records

// ask page(after, limit, names) -> records
// The records behind an id, in id order.
MATCH (r:{{node_label}}) WHERE r._id > $after
WITH r ORDER BY r._id LIMIT $limit
RETURN collect([name IN $names | r[name]]) AS records

// ask page_whole(after, limit) -> records
// Like page, with every property.
MATCH (r:{{node_label}}) WHERE r._id > $after
WITH r ORDER BY r._id LIMIT $limit
RETURN collect(properties(r)) AS records

// change update(rows, released, words, word_lists) -> missing, moved, results
// New values of records, locked in the order of the rows. rows: key, properties (null clears), changed (their names
// without underscore), version (null where it does not matter), searched (whether `_text` may change), at, claims,
// revision. released: claims given up (key, record); of those that name a person a digest stays. missing, moved: keys of
// rows that forbid all of it.
CALL () {
  UNWIND $rows AS row
  OPTIONAL MATCH (r:Record {_key: row.key})
  USING INDEX SEEK r:Record(_key)
  FOREACH (record IN CASE WHEN r IS NULL THEN [] ELSE [r] END | SET record:Record)
  WITH row, r
  RETURN collect(CASE WHEN r IS NULL OR r._archived_at IS NOT NULL THEN row.key END) AS missing,
         collect(CASE WHEN r._archived_at IS NULL AND row.version <> r._version THEN row.key END) AS moved
}
CALL (missing, moved) {
  WITH missing, moved WHERE size(missing) = 0 AND size(moved) = 0
  UNWIND $released AS given_up
  MATCH (c:_Claim {key: given_up.key})-[:CLAIMED_BY]->(r:Record {_key: given_up.record})
  USING INDEX SEEK c:_Claim(key)
  FOREACH (digest IN CASE WHEN c.digest IS NULL THEN [] ELSE [c.digest] END |
    MERGE (:_FormerClaim {digest: digest})-[:CLAIMED_BY]->(r))
  DETACH DELETE c
  RETURN count(*) AS given_up
}
CALL (missing, moved) {
  WITH missing, moved WHERE size(missing) = 0 AND size(moved) = 0
  UNWIND $rows AS row
  MATCH (r:Record {_key: row.key})
  USING INDEX SEEK r:Record(_key)
  WITH row, r, [name IN row.changed WHERE (r[name] IS NULL) <> (row.properties[name] IS NULL)
                OR coalesce(r[name] <> row.properties[name], false)] AS changed
  CALL (row, r, changed) {
    WITH row, r, changed WHERE size(changed) > 0
    SET r._version = r._version + 1,
        r._changed_at = CASE WHEN row.at > r._changed_at THEN row.at ELSE r._changed_at + 1 END
    CREATE (v:_Revision:_Pending)
    SET v = row.revision, v.version = r._version, v.at = r._changed_at, v.changed = changed
    FOREACH (name IN changed | SET v['before_' + name] = r[name], v['after_' + name] = row.properties[name])
    FOREACH (claim IN row.claims | CREATE (c:_Claim)-[:CLAIMED_BY]->(r) SET c = claim)
    SET r += row.properties, r._updated_at = r._changed_at
    SET r += CASE WHEN row.searched THEN {_text: {{>searched_text}}} ELSE {} END
  }
  RETURN collect([row.key, r._version, r._created_at, r._updated_at]) AS results
}
RETURN missing, moved, results

// ask claimed_by(keys) -> owners
// Who has the unique values: (key, record id).
UNWIND $keys AS key
MATCH (claim:_Claim {key: key})-[:CLAIMED_BY]->(r:Record)
USING INDEX SEEK claim:_Claim(key)
RETURN collect([key, r._id]) AS owners

// ask blocked(digests) -> blocked
// Digests of values that nobody may have any more.
UNWIND $digests AS digest
MATCH (c:_Claim {digest: digest})
USING INDEX SEEK c:_Claim(digest)
WHERE c.blocked_at IS NOT NULL
RETURN collect(digest) AS blocked

// change archive(rows) -> archived
// Hide records from lists and search; associations and history stay, value claims are given up; of those that name a
// person a digest stays, by which the record is found when all about that person is to go.
// rows: key, at, revision. Records that are not there or are archived already are passed over.
CALL () {
  UNWIND $rows AS row
  MATCH (r:Record {_key: row.key})
  USING INDEX SEEK r:Record(_key)
  SET r:Record
  WITH row, r
  WHERE r._archived_at IS NULL
  SET r._version = r._version + 1,
      r._changed_at = CASE WHEN row.at > r._changed_at THEN row.at ELSE r._changed_at + 1 END
  SET r._archived_at = r._changed_at
  REMOVE r:{{node_label}}
  SET r:{{archived_label}}
  CREATE (v:_Revision:_Pending)
  SET v = row.revision, v.version = r._version, v.at = r._changed_at
  WITH r
  CALL (r) {
    MATCH (r)<-[:CLAIMED_BY]-(c:_Claim) WHERE c.property IS NOT NULL
    FOREACH (digest IN CASE WHEN c.digest IS NULL THEN [] ELSE [c.digest] END |
      MERGE (:_FormerClaim {digest: digest})-[:CLAIMED_BY]->(r))
    DETACH DELETE c
  }
  RETURN count(*) AS archived
}
RETURN archived

// change restore(key, version, at, claims, folded, words, word_lists, revision) -> found, moved, changed_at
// An archived record live again, with its claims taken anew. What is indexed and what is searched by words may have
// changed meanwhile, so both are written anew: folded values, words and word_lists as for an update.
OPTIONAL MATCH (r:Record {_key: $key})
USING INDEX SEEK r:Record(_key)
FOREACH (record IN CASE WHEN r IS NULL THEN [] ELSE [r] END | SET record:Record)
WITH r
OPTIONAL CALL (r) {
  WITH r WHERE r._archived_at IS NOT NULL AND r._version = $version
  SET r._version = r._version + 1, r._changed_at = CASE WHEN $at > r._changed_at THEN $at ELSE r._changed_at + 1 END
  REMOVE r:{{archived_label}}
  REMOVE r._archived_at
  SET r:{{node_label}}
  SET r += $folded
  SET r._text = {{>searched_text}}
  FOREACH (claim IN $claims | CREATE (c:_Claim)-[:CLAIMED_BY]->(r) SET c = claim)
  CREATE (v:_Revision:_Pending)
  SET v = $revision, v.version = r._version, v.at = r._changed_at
  RETURN r._changed_at AS restored_at
}
RETURN r IS NOT NULL AS found, r IS NOT NULL AND restored_at IS NULL AS moved, restored_at AS changed_at

// change purge(rows, object_type_id, merged, at, most) -> purged, rest
// Nothing left of records, nor of those merged into them, but of each the last revision, which says that it was purged.
// rows, in ascending key: key, revision. merged: what the key of a claim begins with that leads from the id of a merged
// record to the one it became. purged: (key, properties that it had), without those that were not there. Numbering for
// the feed waits meanwhile, since it may be about to number a revision that goes. Where associations are more than `most`,
// bare nodes stay with them, `rest` in number, of no label that anything looks for: `jobs.remove_purged` removes them.
MATCH (f:_Feed {name: 'feed'})
SET f:_Feed
WITH f
CALL () {
  UNWIND $rows AS row
  MATCH (r:Record {_key: row.key})
  USING INDEX SEEK r:Record(_key)
  SET r:Record
  WITH row, r, r._version + 1 AS version, properties(r) AS before,
       CASE WHEN $at > r._changed_at THEN $at ELSE r._changed_at + 1 END AS purged_at
  CALL (row, r) {
    OPTIONAL MATCH (r)<-[:CLAIMED_BY]-(c)
    WITH row, {{>merged_keys}} AS merged
    RETURN [row.key] + merged AS keys
  }
  CALL (keys) {
    UNWIND keys AS gone
    MATCH (old:_Revision {record_key: gone})
    USING INDEX SEEK old:_Revision(record_key, version)
    WHERE old.version > 0
    DETACH DELETE old
  }
  CALL (r) {
    MATCH (r)<-[:CLAIMED_BY]-(c:_Claim|_FormerClaim)
    DETACH DELETE c
  }
  CALL (keys) {
    UNWIND keys[1..] AS gone
    MATCH (keyed:Record {_key: gone})<-[:CLAIMED_BY]-(c:_FormerClaim)
    USING INDEX SEEK keyed:Record(_key)
    DETACH DELETE c
  }
  CREATE (v:_Revision:_Pending)
  SET v = row.revision, v.version = version, v.at = purged_at
  WITH row, before, keys
  CALL (keys) {
    UNWIND keys AS gone
    MATCH (each:Record {_key: gone})
    USING INDEX SEEK each:Record(_key)
    CALL (each) {
      MATCH (each)-[m:IN_SEGMENT|IN_SEGMENT_PAST]->()
      DELETE m
    }
    WITH collect(each) AS going, sum(COUNT { (each)--() }) > $most AS are_many
    FOREACH (each IN CASE WHEN are_many THEN [] ELSE going END | DETACH DELETE each)
    FOREACH (each IN CASE WHEN are_many THEN going ELSE [] END |
      REMOVE each:$(labels(each))
      SET each = {}, each:_Purged)
    RETURN CASE WHEN are_many THEN size(going) ELSE 0 END AS bare
  }
  RETURN collect([row.key, before]) AS purged, sum(bare) AS rest
}
RETURN purged, rest

// ask with_digest(key, digest) -> owner, archived, former
// By a value's claim the keys of the live record that has it, of archived ones that had it, and of other live ones.
OPTIONAL MATCH (claim:_Claim {key: $key})-[:CLAIMED_BY]->(r:Record)
USING INDEX SEEK claim:_Claim(key)
WITH r._key AS owner
CALL (owner) {
  MATCH (former:_FormerClaim {digest: $digest})-[:CLAIMED_BY]->(r:Record)
  USING INDEX SEEK former:_FormerClaim(digest)
  WHERE owner IS NULL OR r._key <> owner
  RETURN collect(CASE WHEN r._archived_at IS NOT NULL THEN r._key END) AS archived,
         collect(CASE WHEN r._archived_at IS NULL THEN r._key END) AS former
}
RETURN owner, archived, former

// change redact(keys, names, value, digest, object_type_id, merged) -> redacted
// A value that records had once, taken out of what their revisions say of the named properties, and out of those that
// were merged into them and their revisions. merged: as for `purge`.
CALL () {
  UNWIND $keys AS key
  MATCH (r:Record {_key: key})
  USING INDEX SEEK r:Record(_key)
  CALL (r) {
    OPTIONAL MATCH (r)<-[:CLAIMED_BY]-(c)
    RETURN {{>merged_keys}} AS merged_keys
  }
  CALL (key, merged_keys) {
    UNWIND [key] + merged_keys AS written_as
    MATCH (v:_Revision {record_key: written_as})
    USING INDEX SEEK v:_Revision(record_key, version)
    WHERE v.version > 0 AND any(name IN v.changed WHERE name IN $names)
    RETURN v AS teller
    UNION ALL
    UNWIND merged_keys AS merged_key
    MATCH (earlier:Record {_key: merged_key})
    USING INDEX SEEK earlier:Record(_key)
    SET earlier._text = null
    RETURN earlier AS teller
  }
  UNWIND ['', '_f_', 'before_', 'after_'] AS prefix
  UNWIND $names AS name
  WITH teller, prefix + name AS field, teller[prefix + name] AS had WHERE had IS NOT NULL
  SET teller[field] = CASE WHEN valueType(had) STARTS WITH 'LIST' THEN [each IN had WHERE toLower(each) <> $value]
                      WHEN toLower(toString(had)) = $value THEN null ELSE had END
  RETURN count(*) AS redacted
}
CALL () {
  UNWIND $keys AS key
  MATCH (c:_FormerClaim {digest: $digest})-[:CLAIMED_BY]->(:Record {_key: key})
  USING INDEX SEEK c:_FormerClaim(digest)
  DETACH DELETE c
}
RETURN redacted

// change block(digests, values, at) -> held
// Values that nobody may have any more, by the digests of their claims; the constraint on claims refuses whoever wants
// one. What imports kept of rows that they left out goes where one of the values, folded, stands in it.
// held: keys of records that have one of them at this moment; they must go first.
CALL () {
  UNWIND $values AS value
  MATCH (e:_RowError) USING TEXT INDEX e:_RowError(folded)
  WHERE e.folded CONTAINS value
  DETACH DELETE e
}
CALL () {
  UNWIND $digests AS digest
  MERGE (c:_Claim {digest: digest})
  ON CREATE SET c.blocked_at = $at
  WITH c
  MATCH (c)-[:CLAIMED_BY]->(r:Record)
  RETURN collect(r._key) AS held
}
RETURN held

// ask told(values) -> told
// Filters of lists, and what audits keep of them, in which one of the values stands, folded: id, property, text.
CALL () {
  MATCH (s:Segment) USING INDEX s:Segment(id)
  WHERE s.id >= 0
  RETURN s AS teller, 'filters' AS name, s.filters AS text
  UNION ALL
  MATCH (a:_Audit) USING INDEX a:_Audit(subject)
  WHERE a.subject STARTS WITH 'segment:'
  RETURN a AS teller, 'values' AS name, a.values AS text
}
WITH * WHERE any(value IN $values WHERE toLower(text) CONTAINS value)
RETURN collect([elementId(teller), name, text]) AS told

// change reword(rows) -> reworded
// Other texts for what `told` found. rows: id, name, text.
CALL () {
  UNWIND $rows AS row
  MATCH (teller) WHERE elementId(teller) = row.id
  SET teller[row.name] = row.text
  RETURN count(teller) AS reworded
}
RETURN reworded
