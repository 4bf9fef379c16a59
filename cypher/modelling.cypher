// What a change of the data model would touch. Where neither the count store nor an index has a number, records or
// associations are looked at in the order of an index, up to `looks` of them; `looked_at` says how many they were.

// ask associations() -> associations
// How many associations of a pair are stored, from the count store.
MATCH ()-[x:{{relationship_type}}]->()
RETURN count(x) AS associations

// ask with_value(looks, examples) -> looked_at, with, without, ids_with, ids_without
// How many records have a value of a property, how many have none, and the ids of some of both.
MATCH (r:{{node_label}})
USING INDEX SEEK r:{{node_label}}(_id)
WHERE r._id >= 0
WITH r._id AS id, r.{{property}} IS NOT NULL AS has LIMIT $looks
RETURN count(*) AS looked_at, sum(CASE WHEN has THEN 1 ELSE 0 END) AS with, sum(CASE WHEN has THEN 0 ELSE 1 END) AS without,
       collect(CASE WHEN has THEN id END)[..$examples] AS ids_with,
       collect(CASE WHEN NOT has THEN id END)[..$examples] AS ids_without

// ask with_indexed_value(looks, examples) -> looked_at, ids
// How many records have a value of an indexed property, and the ids of some; those without are not in the index.
MATCH (r:{{node_label}})
USING INDEX r:{{node_label}}({{property}})
WHERE r.{{property}} IS NOT NULL
WITH r LIMIT $looks
RETURN count(r) AS looked_at, collect(r._id)[..$examples] AS ids

// ask with_option(values, looks, examples) -> looked_at, number, ids
// How many records have one of these values of a property, and the ids of some.
MATCH (r:{{node_label}})
USING INDEX SEEK r:{{node_label}}(_id)
WHERE r._id >= 0
WITH r LIMIT $looks
WITH r._id AS id, r.{{property}} IN $values AS has
RETURN count(*) AS looked_at, sum(CASE WHEN has THEN 1 ELSE 0 END) AS number,
       collect(CASE WHEN has THEN id END)[..$examples] AS ids

// ask with_options(values, looks, examples) -> looked_at, number, ids
// Like with_option, of a property whose values are lists.
MATCH (r:{{node_label}})
USING INDEX SEEK r:{{node_label}}(_id)
WHERE r._id >= 0
WITH r LIMIT $looks
WITH r._id AS id, any(each IN r.{{property}} WHERE each IN $values) AS has
RETURN count(*) AS looked_at, sum(CASE WHEN has THEN 1 ELSE 0 END) AS number,
       collect(CASE WHEN has THEN id END)[..$examples] AS ids

// ask with_indexed_values(values, looks, examples) -> counts
// For each of these values of an indexed property: [value, how many records have it, up to `looks`, ids of some].
UNWIND $values AS value
CALL (value) {
  MATCH (r:{{node_label}})
  USING INDEX SEEK r:{{node_label}}({{property}})
  WHERE r.{{property}} = value
  WITH r LIMIT $looks
  RETURN count(r) AS number, collect(r._id)[..$examples] AS ids
}
RETURN collect([value, number, ids]) AS counts

// ask of_association_type(type_id, looks, examples) -> looked_at, number, ids
// How many associations of a pair are of one type, those of archived records too, and the source ids of some.
MATCH ()-[x:{{relationship_type}}]->()
USING INDEX SEEK x:{{relationship_type}}(from_id, to_id, type_id)
WHERE x.from_id >= 0 AND x.to_id IS NOT NULL AND x.type_id IS NOT NULL
WITH x.from_id AS id, x.type_id = $type_id AS has LIMIT $looks
RETURN count(*) AS looked_at, sum(CASE WHEN has THEN 1 ELSE 0 END) AS number,
       collect(CASE WHEN has THEN id END)[..$examples] AS ids

// ask above_from(type_id, most, looks, examples) -> looked_at, number, ids
// How many live source records have more than `most` live targets under a type, and the ids of some.
MATCH ()-[x:{{relationship_type}}]->()
USING INDEX SEEK x:{{relationship_type}}(from_id, to_id, type_id)
WHERE x.from_id >= 0 AND x.to_id IS NOT NULL AND x.type_id IS NOT NULL
WITH x LIMIT $looks
WITH x.from_id AS id, count(*) AS looked_at, sum(CASE WHEN x.type_id = $type_id AND startNode(x):{{source_label}}
  AND endNode(x):{{target_label}} THEN 1 ELSE 0 END) AS own
RETURN sum(looked_at) AS looked_at, sum(CASE WHEN own > $most THEN 1 ELSE 0 END) AS number,
       collect(CASE WHEN own > $most THEN id END)[..$examples] AS ids

// ask above_to(type_id, most, looks, examples) -> looked_at, number, ids
// Like above_from, of target records and their sources.
MATCH ()-[x:{{relationship_type}}]->()
USING INDEX SEEK x:{{relationship_type}}(to_id, from_id)
WHERE x.to_id >= 0 AND x.from_id IS NOT NULL
WITH x LIMIT $looks
WITH x.to_id AS id, count(*) AS looked_at, sum(CASE WHEN x.type_id = $type_id AND startNode(x):{{source_label}}
  AND endNode(x):{{target_label}} THEN 1 ELSE 0 END) AS own
RETURN sum(looked_at) AS looked_at, sum(CASE WHEN own > $most THEN 1 ELSE 0 END) AS number,
       collect(CASE WHEN own > $most THEN id END)[..$examples] AS ids

// ask above_among(type_id, most, looks, examples) -> looked_at, number, ids
// Like above_from, of a type that is its own inverse: whichever end a record is, it counts.
MATCH ()-[x:{{relationship_type}}]->()
USING INDEX SEEK x:{{relationship_type}}(from_id, to_id, type_id)
WHERE x.from_id >= 0 AND x.to_id IS NOT NULL AND x.type_id IS NOT NULL
WITH x LIMIT $looks
WITH x, x.type_id = $type_id AND startNode(x):{{source_label}} AND endNode(x):{{target_label}} AS counts
WITH collect(CASE WHEN counts THEN [x.from_id, x.to_id] END) AS ends, count(*) AS looked_at
CALL (ends) {
  UNWIND ends AS both
  UNWIND both AS id
  WITH id, count(*) AS own
  WHERE own > $most
  RETURN count(*) AS number, collect(id)[..$examples] AS ids
}
RETURN looked_at, number, ids
