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

// plain is_foreign() -> is_foreign
// Whether a database has nodes and none of them says that it is ours; the supervisor's may be there before all others.
RETURN NOT EXISTS { (:_State) } AND NOT EXISTS { (:_Account) } AND EXISTS { (n WHERE NOT n:_Write) } AS is_foreign

// plain publish_pairs(relationship_types) -> model_version
// The relationships of pairs may be made from now on; the version moves only for the first who says so.
MATCH (s:_State {name: 'state'})
SET s:_State
WITH s
CALL (s) {
  UNWIND $relationship_types AS relationship_type
  MERGE (p:_AssociationPair {key: relationship_type})
  WITH p WHERE p.is_indexed IS NULL
  SET p.is_indexed = true
  RETURN count(*) AS published
}
SET s.model_version = s.model_version + CASE WHEN published > 0 THEN 1 ELSE 0 END
RETURN s.model_version AS model_version

// ask confirm() -> confirmed
// For answers that are given from the data model alone: the guard says whether it is still the current one.
RETURN true AS confirmed

// change begin(at) -> began
// Lock the state, so that the guard of the statements that follow in this transaction holds until it is published.
SET the_state.changed_at = $at
RETURN true AS began

// change publish(audits) -> model_version
// The last statement of a change: from its commit on, whoever has the older model has to read it again.
SET the_state.model_version = the_state.model_version + 1
WITH the_state
CALL () {
  UNWIND $audits AS audit
  CREATE (a:_Audit)
  SET a = audit
  RETURN count(*) AS written
}
RETURN the_state.model_version AS model_version

// change reserve(name, count) -> end
// The next `count` numbers of a counter; the last one taken is `end - 1`.
MERGE (c:_Counter {name: $name})
ON CREATE SET c.next = 1
SET c.next = c.next + $count
RETURN c.next AS end

// change save_object_type(name, values) -> saved
// Fields of an object type; a null takes a change of a built-in one back.
MERGE (d:_ObjectType {key: $name})
SET d += $values
RETURN true AS saved

// change save_parts(object_type, rows) -> saved
// Properties, groups or pipelines of one object type; rows have key, values and, where they change, the parts below.
CALL () {
  MERGE (t:_ObjectType {key: $object_type})
  WITH t
  UNWIND $rows AS row
  MERGE (d:{{node_label}} {key: row.key})
  SET d += row.values
  MERGE (t)-[:{{joined_by}}]->(d)
  WITH d, row
  CALL (d, row) {
    OPTIONAL MATCH (d)-[:{{part_joined_by}}]->(old:{{part}})
    WHERE row.parts IS NOT NULL
    DETACH DELETE old
    RETURN count(old) AS removed
  }
  CALL (d, row) {
    UNWIND row.parts AS part
    CREATE (d)-[:{{part_joined_by}}]->(p:{{part}})
    SET p = part
    RETURN count(p) AS made
  }
  RETURN count(d) AS saved
}
RETURN saved

// change save_association_types(rows) -> saved
// Association types, each with the pair it belongs to, in the direction in which its relationships are stored.
CALL () {
  UNWIND $rows AS row
  MERGE (s:_ObjectType {key: row.source})
  MERGE (t:_ObjectType {key: row.target})
  MERGE (p:_AssociationPair {key: row.pair})
  SET p.source = row.source, p.target = row.target
  MERGE (p)-[:FROM]->(s)
  MERGE (p)-[:TO]->(t)
  MERGE (d:_AssociationType {key: row.key})
  SET d += row.values, d.pair = row.pair
  MERGE (d)-[:OF]->(p)
  MERGE (d)-[:FROM]->(s)
  MERGE (d)-[:TO]->(t)
  RETURN count(d) AS saved
}
RETURN saved

// change remove_object_type(name) -> removed
// Everything that was defined for one object type, its pairs too.
CALL () {
  MATCH (t:_ObjectType {key: $name})
  OPTIONAL MATCH (t)-[:HAS_PROPERTY|HAS_GROUP|HAS_PIPELINE]->(d)
  OPTIONAL MATCH (d)-[:HAS_OPTION|HAS_STAGE]->(part)
  OPTIONAL MATCH (t)<-[:FROM|TO]-(a)
  WITH collect(DISTINCT t) + collect(DISTINCT d) + collect(DISTINCT part) + collect(DISTINCT a) AS all
  UNWIND all AS each
  DETACH DELETE each
  RETURN count(*) AS removed
}
RETURN removed

// ask live_records() -> records
// How many live records an object type has, from the count store.
MATCH (r:{{node_label}})
RETURN count(r) AS records

// ask records_in_stages(values) -> ids
// Some of the records that stand in one of these pipelines or stages.
MATCH (r:{{node_label}})
WHERE r.{{property}} IN $values
WITH r LIMIT 20
RETURN collect(toString(r._id)) AS ids

// ask audits(subject, limit) -> audits
// Changes of one definition, newest first.
OPTIONAL MATCH (a:_Audit {subject: $subject})
WITH a ORDER BY a.at DESC LIMIT $limit
RETURN collect(properties(a)) AS audits

// change purge_records(limit) -> removed
// Some of the records of a purged object type, with what only they have.
CALL () {
  MATCH (r:{{node_label}})
  WITH r LIMIT $limit
  OPTIONAL MATCH (c:_Claim)-[:CLAIMED_BY]->(r)
  DETACH DELETE c, r
  RETURN count(DISTINCT r) AS removed
}
RETURN removed
