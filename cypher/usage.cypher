// change add(day, more, kept_from) -> total
// Count requests of a day, which is counted from 1970, UTC: how many they are now. Days before kept_from go.
CALL () {
  MATCH (old:_Usage)
  WHERE old.day < $kept_from
  WITH old LIMIT 100
  DETACH DELETE old
}
MERGE (u:_Usage {day: $day})
ON CREATE SET u.requests = 0
SET u.requests = u.requests + $more
RETURN u.requests AS total

// ask near_limits(looks, samples, limits) -> found
// Where live records have nearly as many associations as a limit allows, or as many: [type id as stored, whether of the
// source, how many are near it, how many at it, [id, number] of some of each]. limits: by type id as text: sent,
// received (null for none), both (whether the type is its own inverse). Of each pair `looks` associations are looked at.
CALL () {
{{each}}
  MATCH ()-[x:{{relationship_type}}]->()
  USING INDEX SEEK x:{{relationship_type}}(from_id, to_id, type_id)
  WHERE x.from_id >= 0 AND x.to_id IS NOT NULL AND x.type_id IS NOT NULL
  WITH x LIMIT $looks
  WITH x, $limits[toString(x.type_id)] AS limit
  WHERE limit IS NOT NULL AND startNode(x):{{source_label}} AND endNode(x):{{target_label}}
  UNWIND [[true, x.from_id, limit.sent], [limit.both, x.to_id, CASE WHEN limit.both THEN limit.sent ELSE limit.received END]]
    AS end
  WITH x.type_id AS type_id, end[0] AS is_source, end[1] AS id, end[2] AS most, count(*) AS has
  WHERE has >= most * 0.8
  WITH type_id, is_source, collect(CASE WHEN has < most THEN [id, has] END) AS near,
       collect(CASE WHEN has >= most THEN [id, has] END) AS at
  RETURN [type_id, is_source, size(near), size(at), near[..$samples], at[..$samples]] AS one
{{end}}
}
RETURN collect(one) AS found
