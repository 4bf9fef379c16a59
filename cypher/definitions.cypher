// plain migrations_done() -> names
// The migrations that this database has seen, also before the first one.
OPTIONAL MATCH (m:_Migration)
RETURN collect(m.name) AS names

// plain migration_done(name, at) -> name
// Remember a migration; two processes may both have run it.
MERGE (m:_Migration {name: $name})
ON CREATE SET m.at = $at
RETURN m.name AS name

// plain prepared() -> digest
// The digest of the constraints that were last made for the whole data model.
MATCH (s:_State {name: 'state'})
RETURN s.prepared AS digest

// plain set_prepared(digest) -> digest
MATCH (s:_State {name: 'state'})
SET s.prepared = $digest
RETURN s.prepared AS digest

// plain versions() -> model_version, access_version
MATCH (s:_State {name: 'state'})
RETURN s.model_version AS model_version, s.access_version AS access_version

// plain load() -> model_version, access_version, object_types, properties, groups, pipelines, pairs, association_types, owners
// Everything that was added to or changed of the built-in model; both versions are of the same moment or older.
MATCH (s:_State {name: 'state'})
WITH s.model_version AS model_version, s.access_version AS access_version
CALL () {
  MATCH (d:_ObjectType)
  RETURN collect(properties(d)) AS object_types
}
CALL () {
  MATCH (t:_ObjectType)-[:HAS_PROPERTY]->(d:_Property)
  OPTIONAL MATCH (d)-[:HAS_OPTION]->(o:_Option)
  WITH t, d, o ORDER BY o.position
  WITH t, d, collect(properties(o)) AS options
  RETURN collect({of: t.key, values: properties(d), parts: options}) AS properties
}
CALL () {
  MATCH (t:_ObjectType)-[:HAS_GROUP]->(d:_Group)
  RETURN collect({of: t.key, values: properties(d)}) AS groups
}
CALL () {
  MATCH (t:_ObjectType)-[:HAS_PIPELINE]->(d:_Pipeline)
  OPTIONAL MATCH (d)-[:HAS_STAGE]->(p:_Stage)
  WITH t, d, p ORDER BY p.position
  WITH t, d, collect(properties(p)) AS stages
  RETURN collect({of: t.key, values: properties(d), parts: stages}) AS pipelines
}
CALL () {
  MATCH (d:_AssociationPair)
  RETURN collect(properties(d)) AS pairs
}
CALL () {
  MATCH (d:_AssociationType)
  RETURN collect(properties(d)) AS association_types
}
CALL () {
  MATCH (o:_Owner)
  RETURN collect(o.id) AS owners
}
RETURN model_version, access_version, object_types, properties, groups, pipelines, pairs, association_types, owners

// plain publish_pair(relationship_type) -> model_version
// The relationships of a pair may be made from now on; the version moves only for the first who says so.
MATCH (s:_State {name: 'state'})
SET s:_State
MERGE (p:_AssociationPair {key: $relationship_type})
WITH s, p, coalesce(p.is_indexed, false) AS was_indexed
SET p.is_indexed = true
SET s.model_version = s.model_version + CASE WHEN was_indexed THEN 0 ELSE 1 END
RETURN s.model_version AS model_version
