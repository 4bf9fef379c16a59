// A seek names no end node in its pattern but asks startNode() and endNode(): Neo4j ends a seek that binds one at the first
// relationship that is just being deleted, and all behind it is missed (docs/decisions/0007-seeks-bind-no-end-node.md).
// Where a page begins at an id, its ids are listed by COLLECT { }: collect() of an indexed property makes the planner look
// for any value of it, and on an empty index it cannot tell that from looking behind the id.

// change write(rows, ends, types, primary_id, target_kind, limits, count_max) -> missing, over, changed, bereft
// Everything that one call does to the associations of one pair of object types; nothing where a record is `missing` or
// a limit passed (`over`: [index of the limit, record id, by how many]). bereft: source ids that have no primary target
// any more. rows, one a source record in ascending id: from_key, from_id, at, is_new (its first revision is of this
// transaction), revision, links (to_id, type_id) to have, drops (to_id, type_ids; null: all) to end, primary (id of the
// target to be primary), first (the one to become so where there is no association yet). ends, in ascending key: key,
// locked, required. types: by type id as text, what a relationship says of it. limits: type_id, max, sent, received
// (both where the type is its own inverse). `sent`, `received` and `one` name the pair's relationship type where it has
// that index, else a type that no relationship has. What is not to be looked for is sought by null: a condition in
// front of a MATCH would be tried on each relationship that it found. A target is not locked, but a relationship shares
// a lock with others at both its ends from the moment in which it is created, which a merge, an archiving or a purge of
// the record excludes: each waits for the other to end. So all are created first, bare, and the targets looked at once
// more; what was merged meanwhile is `missing` as if it had been before.
CALL () {
  UNWIND $ends AS end
  OPTIONAL MATCH (r:Record {_key: end.key})
  USING INDEX SEEK r:Record(_key)
  FOREACH (record IN CASE WHEN end.locked AND r IS NOT NULL THEN [r] ELSE [] END | SET record:Record)
  WITH end, r
  RETURN collect(CASE WHEN end.required AND (r IS NULL OR r._archived_at IS NOT NULL) THEN end.key END) AS missing
}
CALL (missing) {
  WITH missing WHERE size(missing) = 0
  UNWIND $rows AS row
  CALL (row) {
    WITH CASE WHEN row.first IS NOT NULL AND row.primary IS NULL THEN row.from_id END AS from_id
    MATCH ()-[x:{{relationship_type}}]->()
    USING INDEX SEEK x:{{relationship_type}}(from_id, to_id, type_id)
    WHERE x.from_id = from_id AND x.to_id >= 0 AND x.type_id IS NOT NULL AND endNode(x):{{target_label}}
    WITH x LIMIT 1
    RETURN count(x) AS others
  }
  WITH row, CASE WHEN row.primary IS NULL AND others = 0 THEN row.first ELSE row.primary END AS primary
  CALL (row, primary) {
    UNWIND row.links + CASE WHEN primary IS NULL THEN [] ELSE [{to_id: primary, type_id: $primary_id}] END AS link
    WITH row, link
    WHERE NOT EXISTS {
      MATCH ()-[x:{{relationship_type}}]->()
      USING INDEX SEEK x:{{relationship_type}}(from_id, to_id, type_id)
      WHERE x.from_id = row.from_id AND x.to_id = link.to_id AND x.type_id = link.type_id }
    RETURN collect(link) AS made
  }
  CALL (row) {
    UNWIND row.drops AS drop
    MATCH ()-[x:{{relationship_type}}]->()
    USING INDEX SEEK x:{{relationship_type}}(to_id, from_id)
    WHERE x.to_id = drop.to_id AND x.from_id = row.from_id AND (drop.type_ids IS NULL OR x.type_id IN drop.type_ids)
      AND startNode(x):{{source_label}} AND endNode(x):{{target_label}}
    RETURN collect({old: x, to_id: x.to_id, type_id: x.type_id}) AS dropped
  }
  CALL (row, primary) {
    MATCH ()-[x:{{one}}]->()
    USING INDEX SEEK x:{{one}}(one_of)
    WHERE x.one_of = row.from_key + '|' + toString($primary_id) AND x.to_id <> primary
    RETURN collect({old: x, to_id: x.to_id, type_id: x.type_id}) AS demoted
  }
  WITH row, made, dropped + demoted AS ended
  WHERE size(made) > 0 OR size(ended) > 0
  RETURN collect({row: row, made: made, ended: ended}) AS changes
}
CALL (changes) {
  UNWIND range(0, size($limits) - 1) AS n
  UNWIND changes AS change
  WITH n, $limits[n] AS limit, change
  UNWIND [link IN change.made WHERE link.type_id = limit.type_id | [link.to_id, 1]]
       + [link IN change.ended WHERE link.type_id = limit.type_id | [link.to_id, -1]] AS step
  UNWIND CASE WHEN limit.sent THEN [change.row.from_id] ELSE [] END
       + CASE WHEN limit.received THEN [step[0]] ELSE [] END AS near_id
  WITH n, near_id, sum(step[1]) AS more
  WHERE more > 0
  WITH n, near_id, more, $limits[n] AS limit
  CALL (near_id, limit) {
    WITH limit, CASE WHEN limit.sent THEN near_id END AS from_id
    MATCH ()-[x:{{sent}}]->()
    USING INDEX SEEK x:{{sent}}(from_id, type_id)
    WHERE x.from_id = from_id AND x.type_id = limit.type_id AND endNode(x):{{target_label}}
    WITH x LIMIT $count_max
    RETURN count(x) AS sent
  }
  CALL (near_id, limit) {
    WITH limit, CASE WHEN limit.received THEN near_id END AS to_id
    MATCH ()-[x:{{received}}]->()
    USING INDEX SEEK x:{{received}}(to_id, type_id)
    WHERE x.to_id = to_id AND x.type_id = limit.type_id AND startNode(x):{{source_label}}
    WITH x LIMIT $count_max
    RETURN count(x) AS received
  }
  WITH n, near_id, sent + received + more - limit.max AS excess
  RETURN collect(CASE WHEN excess > 0 THEN [n, near_id, excess] END) AS over
}
CALL (changes, over) {
  WITH changes WHERE size(over) = 0
  UNWIND changes AS change
  MATCH (r:Record {_key: change.row.from_key})
  USING INDEX SEEK r:Record(_key)
  CALL (change, r) {
    UNWIND change.made AS link
    WITH r, link.to_id AS to_id, collect(link.type_id) AS type_ids
    MATCH (target:Record {_key: $target_kind + ':' + toString(to_id)})
    USING INDEX SEEK target:Record(_key)
    CALL (r, target, to_id, type_ids) {
      UNWIND type_ids AS type_id
      CREATE (r)-[x:{{relationship_type}}]->(target)
      RETURN collect({to_id: to_id, type_id: type_id, x: x}) AS found
    }
    WITH found, target:{{target_label}} AS is_live
    RETURN collect(found) AS begun, sum(CASE WHEN is_live THEN size(found) ELSE 0 END) AS live
  }
  RETURN collect({r: r, row: change.row, made: change.made, ended: change.ended, begun: begun}) AS begins,
         collect(CASE WHEN live < size(change.made) THEN [link IN change.made | link.to_id] END) AS suspect
}
CALL (suspect) {
  UNWIND suspect AS to_ids
  UNWIND to_ids AS to_id
  WITH DISTINCT $target_kind + ':' + toString(to_id) AS key
  OPTIONAL MATCH (target:Record {_key: key} WHERE target._archived_at IS NULL)
  USING INDEX SEEK target:Record(_key)
  RETURN collect(CASE WHEN target IS NULL THEN key END) AS gone
}
WITH missing + gone AS missing, over, begins
CALL (missing, begins) {
  WITH begins WHERE size(missing) > 0
  UNWIND begins AS each
  UNWIND each.begun AS found
  UNWIND found AS link
  WITH link.x AS x
  DELETE x
}
CALL (missing, begins) {
  WITH begins WHERE size(missing) = 0
  UNWIND begins AS each
  WITH each, each.row AS row, each.r AS r,
       [link IN each.made | $target_kind + ':' + toString(link.to_id) + '|' + toString(link.type_id)] AS added,
       [link IN each.ended | $target_kind + ':' + toString(link.to_id) + '|' + toString(link.type_id)] AS removed
  SET r._version = r._version + CASE WHEN row.is_new THEN 0 ELSE 1 END,
      r._changed_at = CASE WHEN row.is_new THEN r._changed_at WHEN row.at > r._changed_at THEN row.at ELSE r._changed_at + 1 END
  WITH each, row, r, added, removed
  CALL (each, r) {
    UNWIND each.ended AS link
    WITH r, link.old AS old
    WITH r, old, endNode(old) AS target, properties(old) AS was
    DELETE old
    CREATE (r)-[past:{{past_type}}]->(target)
    SET past = was {.*, one_of: null, until: r._changed_at}
  }
  CALL (each, row, r) {
    UNWIND each.begun AS found
    UNWIND found AS link
    WITH row, r, link, link.x AS x, $types[toString(link.type_id)] AS type
    SET x = type {.*, from_id: row.from_id, to_id: link.to_id, since: r._changed_at,
      one_of: CASE WHEN link.type_id = $primary_id THEN row.from_key + '|' + toString(link.type_id) END}
  }
  CALL (row, added) {
    WITH row, added WHERE row.is_new
    MATCH (v:_Revision {record_key: row.from_key, version: 1})
    USING INDEX SEEK v:_Revision(record_key, version)
    SET v.added = coalesce(v.added, []) + added
  }
  CALL (row, r, added, removed) {
    WITH row, r, added, removed WHERE NOT row.is_new
    CREATE (v:_Revision:_Pending)
    SET v = row.revision, v.version = r._version, v.at = r._changed_at, v.added = added, v.removed = removed
  }
  RETURN count(*) AS changed, collect(CASE
    WHEN any(link IN each.ended WHERE link.type_id = $primary_id)
      AND none(link IN each.made WHERE link.type_id = $primary_id) THEN row.from_id END) AS bereft
}
RETURN missing, over, changed, bereft

// change crowded(key, id, is_source, is_target, limits, count_max, limit) -> number, over
// Whose limits an archived record would pass if it were live again, [index of the limit, record id, by how many]: its own, and those
// of the live records with which limited types associate it; all of them are locked. number: how many such associations it
// has, up to `limit`, at which the other records are neither locked nor counted. limits, `sent`, `received`: as for `write`.
// is_source, is_target: on which sides of the pair the record may stand.
CALL () {
  MATCH (r:Record {_key: $key})
  USING INDEX SEEK r:Record(_key)
  SET r:Record
}
CALL () {
  UNWIND range(0, size($limits) - 1) AS n
  CALL (n) {
    WITH CASE WHEN $is_target AND $limits[n].sent THEN $id END AS to_id, $limits[n].type_id AS type_id
    MATCH ()-[x:{{relationship_type}}]->()
    USING INDEX SEEK x:{{relationship_type}}(to_id, from_id)
    WHERE x.to_id = to_id AND x.from_id >= 0 AND x.type_id = type_id AND startNode(x):{{source_label}}
    RETURN startNode(x) AS far
    UNION ALL
    WITH CASE WHEN $is_source AND $limits[n].received THEN $id END AS from_id, $limits[n].type_id AS type_id
    MATCH ()-[x:{{relationship_type}}]->()
    USING INDEX SEEK x:{{relationship_type}}(from_id, to_id, type_id)
    WHERE x.from_id = from_id AND x.to_id >= 0 AND x.type_id = type_id AND endNode(x):{{target_label}}
    RETURN endNode(x) AS far
  }
  WITH n, far LIMIT $limit
  RETURN collect({n: n, far: far}) AS found
}
CALL (found) {
  WITH found WHERE size(found) < $limit
  UNWIND found AS one
  WITH one.n AS n, one.far AS far ORDER BY far._id
  SET far:Record
  RETURN collect([n, far._id, 1]) AS others
}
CALL (others) {
  UNWIND others + [n IN range(0, size($limits) - 1)
    WHERE $is_source AND $limits[n].sent OR $is_target AND $limits[n].received | [n, $id, 0]] AS counted
  WITH counted[0] AS n, counted[1] AS near_id, counted[2] AS more
  CALL (n, near_id) {
    WITH n, CASE WHEN $limits[n].sent THEN near_id END AS from_id
    MATCH ()-[x:{{sent}}]->()
    USING INDEX SEEK x:{{sent}}(from_id, type_id)
    WHERE x.from_id = from_id AND x.type_id = $limits[n].type_id AND endNode(x):{{target_label}}
    WITH x LIMIT $count_max
    RETURN count(x) AS sent
  }
  CALL (n, near_id) {
    WITH n, CASE WHEN $limits[n].received THEN near_id END AS to_id
    MATCH ()-[x:{{received}}]->()
    USING INDEX SEEK x:{{received}}(to_id, type_id)
    WHERE x.to_id = to_id AND x.type_id = $limits[n].type_id AND startNode(x):{{source_label}}
    WITH x LIMIT $count_max
    RETURN count(x) AS received
  }
  WITH n, near_id, sent + received + more - $limits[n].max AS excess
  RETURN collect(CASE WHEN excess > 0 THEN [n, near_id, excess] END) AS over
}
RETURN size(found) AS number, over

// ask pages_from(wanted, default_id, labelled, limit) -> pages
// Associated records behind an id, in id order, seen from the source. wanted: key, id, after. labelled: whether there are
// other types than the unlabelled one. For each: [id, whether the record is there, ids of the far records, [[far id, type
// id of another type, whether the near record is the source], …]]; the second list may name archived far records too.
UNWIND $wanted AS wanted
OPTIONAL MATCH (near:Record {_key: wanted.key})
USING INDEX SEEK near:Record(_key)
WITH wanted, near IS NOT NULL AND (near._archived_at IS NULL OR near._merged_into IS NOT NULL) AS found,
     CASE WHEN near._archived_at IS NULL THEN near._id END AS near_id
WITH wanted, found, COLLECT {
  MATCH ()-[x:{{relationship_type}}]->()
  USING INDEX SEEK x:{{relationship_type}}(from_id, to_id, type_id)
  WHERE x.from_id = near_id AND x.to_id > wanted.after AND x.type_id = $default_id AND endNode(x):{{far_label}}
  RETURN x.to_id ORDER BY x.from_id, x.to_id LIMIT $limit
} AS far_ids
CALL (wanted, far_ids) {
  WITH wanted, CASE WHEN $labelled THEN last(far_ids) END AS last_id
  MATCH ()-[x:{{relationship_type}}]->()
  USING INDEX SEEK x:{{relationship_type}}(from_id, to_id, type_id)
  WHERE x.from_id = wanted.id AND x.to_id > wanted.after AND x.to_id <= last_id AND x.type_id IS NOT NULL
    AND x.type_id <> $default_id
  RETURN collect([x.to_id, x.type_id, true]) AS typed
}
RETURN collect([wanted.id, found, far_ids, typed]) AS pages

// ask pages_to(wanted, default_id, labelled, limit) -> pages
// Like pages_from, seen from the target.
UNWIND $wanted AS wanted
OPTIONAL MATCH (near:Record {_key: wanted.key})
USING INDEX SEEK near:Record(_key)
WITH wanted, near IS NOT NULL AND (near._archived_at IS NULL OR near._merged_into IS NOT NULL) AS found,
     CASE WHEN near._archived_at IS NULL THEN near._id END AS near_id
WITH wanted, found, COLLECT {
  MATCH ()-[x:{{relationship_type}}]->()
  USING INDEX SEEK x:{{relationship_type}}(to_id, from_id)
  WHERE x.to_id = near_id AND x.from_id > wanted.after AND x.type_id = $default_id AND startNode(x):{{far_label}}
  RETURN x.from_id ORDER BY x.to_id, x.from_id LIMIT $limit
} AS far_ids
CALL (wanted, far_ids) {
  WITH wanted, CASE WHEN $labelled THEN last(far_ids) END AS last_id
  MATCH ()-[x:{{relationship_type}}]->()
  USING INDEX SEEK x:{{relationship_type}}(to_id, from_id)
  WHERE x.to_id = wanted.id AND x.from_id > wanted.after AND x.from_id <= last_id AND x.type_id <> $default_id
  RETURN collect([x.from_id, x.type_id, false]) AS typed
}
RETURN collect([wanted.id, found, far_ids, typed]) AS pages

// ask pages_among(wanted, default_id, labelled, limit) -> pages
// Like pages_from, between records of one object type. The unlabelled type is stored from the smaller id to the greater,
// so those that have this record as their target come first.
UNWIND $wanted AS wanted
OPTIONAL MATCH (near:Record {_key: wanted.key})
USING INDEX SEEK near:Record(_key)
WITH wanted, near IS NOT NULL AND (near._archived_at IS NULL OR near._merged_into IS NOT NULL) AS found,
     CASE WHEN near._archived_at IS NULL THEN near._id END AS near_id
WITH wanted, found, near_id, COLLECT {
  MATCH ()-[x:{{relationship_type}}]->()
  USING INDEX SEEK x:{{relationship_type}}(to_id, from_id)
  WHERE x.to_id = near_id AND x.from_id > wanted.after AND x.type_id = $default_id AND startNode(x):{{far_label}}
  RETURN x.from_id ORDER BY x.to_id, x.from_id LIMIT $limit
} AS smaller
WITH wanted, found, smaller, CASE WHEN size(smaller) < $limit THEN near_id END AS near_id
WITH wanted, found, smaller, COLLECT {
  MATCH ()-[x:{{relationship_type}}]->()
  USING INDEX SEEK x:{{relationship_type}}(from_id, to_id, type_id)
  WHERE x.from_id = near_id AND x.to_id > wanted.after AND x.type_id = $default_id AND endNode(x):{{far_label}}
  RETURN x.to_id ORDER BY x.from_id, x.to_id LIMIT $limit
} AS greater
WITH wanted, found, (smaller + greater)[..$limit] AS far_ids
CALL (wanted, far_ids) {
  CALL (wanted, far_ids) {
    WITH wanted, CASE WHEN $labelled THEN last(far_ids) END AS last_id
    MATCH ()-[x:{{relationship_type}}]->()
    USING INDEX SEEK x:{{relationship_type}}(from_id, to_id, type_id)
    WHERE x.from_id = wanted.id AND x.to_id > wanted.after AND x.to_id <= last_id AND x.type_id IS NOT NULL
    AND x.type_id <> $default_id
    RETURN [x.to_id, x.type_id, true] AS one
    UNION ALL
    WITH wanted, CASE WHEN $labelled THEN last(far_ids) END AS last_id
    MATCH ()-[x:{{relationship_type}}]->()
    USING INDEX SEEK x:{{relationship_type}}(to_id, from_id)
    WHERE x.to_id = wanted.id AND x.from_id > wanted.after AND x.from_id <= last_id AND x.type_id <> $default_id
    RETURN [x.from_id, x.type_id, false] AS one
  }
  RETURN collect(one) AS typed
}
RETURN collect([wanted.id, found, far_ids, typed]) AS pages

// ask are_there(keys) -> found
// Those of the keys that name a live record, or one that was merged into another.
UNWIND $keys AS key
MATCH (near:Record {_key: key})
USING INDEX SEEK near:Record(_key)
WHERE near._archived_at IS NULL OR near._merged_into IS NOT NULL
RETURN collect(key) AS found

// ask primaries(ones, names) -> primaries
// The far record of each primary association that there is: [id of the source, id, values of the named properties].
UNWIND $ones AS one_of
MATCH ()-[x:{{relationship_type}}]->()
USING INDEX SEEK x:{{relationship_type}}(one_of)
WHERE x.one_of = one_of AND endNode(x):{{far_label}}
WITH x, endNode(x) AS far
RETURN collect([x.from_id, x.to_id, [name IN $names | far[name]]]) AS primaries
