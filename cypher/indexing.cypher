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
  USING INDEX SEEK r:{{node_label}}(_id)
  WHERE r.{{property}} = row.value OR (r.{{property}} IS NULL AND row.value IS NULL)
  SET r.{{folded}} = row.folded
  RETURN count(r) AS folded
}
RETURN folded

// ask text_page(first, limit) -> last, count, total
// Where a page of records ends that begins with an id, how many they are, and how many records there are at all.
CALL () {
  MATCH (r:{{node_label}})
  WHERE r._id >= $first
  WITH r ORDER BY r._id LIMIT $limit
  RETURN max(r._id) AS last, count(r) AS count
}
CALL () {
  MATCH (r:{{node_label}})
  RETURN count(r) AS total
}
RETURN last, count, total

// change write_texts(first, last, words, word_lists) -> written
// What a full-text query finds records by, from one id to another. They are locked before their values are read, so
// that what another write brings meanwhile is not lost. words, word_lists: as for a write of the records.
CALL () {
  MATCH (r:{{node_label}})
  WHERE $first <= r._id <= $last
  WITH r ORDER BY r._id
  SET r:Record
  WITH r, {{>searched_text}} AS text
  WHERE coalesce(r._text, '') <> text
  SET r._text = text
  RETURN count(r) AS written
}
RETURN written
