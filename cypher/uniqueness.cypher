// change claim(rows, property) -> claimed, taken
// Claim values that are stored already. rows, in ascending id: id, value, key; no two of one key. A record is locked before
// its value is looked at; one that was written meanwhile has its claim from that write. taken: [id, id of the record that
// has the claim] of those whose value another record has.
CALL () {
  UNWIND $rows AS row
  MATCH (r:{{node_label}} {_id: row.id})
  USING INDEX SEEK r:{{node_label}}(_id)
  SET r:Record
  WITH row, r
  WHERE r.{{property}} = row.value
  OPTIONAL MATCH (c:_Claim {key: row.key})
  USING INDEX SEEK c:_Claim(key)
  OPTIONAL MATCH (c)-[:CLAIMED_BY]->(owner:Record)
  WITH row, r, c, owner
  FOREACH (key IN CASE WHEN c IS NULL THEN [row.key] ELSE [] END |
    CREATE (made:_Claim {key: key, property: $property})-[:CLAIMED_BY]->(r))
  RETURN count(*) AS claimed, collect(CASE WHEN owner._id <> row.id THEN [row.id, owner._id] END) AS taken
}
RETURN claimed, taken

// ask is_claimed(prefix) -> is_claimed
// Whether a record has a value whose claim begins so.
RETURN EXISTS { MATCH (c:_Claim) WHERE c.key STARTS WITH $prefix } AS is_claimed

// change drop(prefix, limit) -> dropped
// Remove claims whose keys begin so, at most `limit` of them.
CALL () {
  MATCH (c:_Claim)
  WHERE c.key STARTS WITH $prefix
  WITH c LIMIT $limit
  DETACH DELETE c
  RETURN count(*) AS dropped
}
RETURN dropped
