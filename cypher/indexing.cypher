// ask values_after(after, limit) -> rows
// Stored values of a property in the order of record ids, to be folded.
MATCH (r:{{node_label}})
WHERE r._id > $after
WITH r ORDER BY r._id LIMIT $limit
RETURN collect({id: r._id, value: r.{{property}}}) AS rows

// change fold(rows) -> folded
// Store folded values beside those that they were made from; one that was written meanwhile is folded already.
CALL () {
  UNWIND $rows AS row
  MATCH (r:{{node_label}} {_id: row.id})
  WHERE r.{{property}} = row.value OR (r.{{property}} IS NULL AND row.value IS NULL)
  SET r.{{folded}} = row.folded
  RETURN count(r) AS folded
}
RETURN folded
