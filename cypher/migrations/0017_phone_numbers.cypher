// A telephone number is found however its digits are separated: a job for each object type that may have some makes the
// texts of the records anew that are stored already.
CALL () {
  UNWIND ['contact', 'company'] AS name
  RETURN name
  UNION
  MATCH (t:_ObjectType)
  RETURN t.key AS name
}
WITH name
WHERE EXISTS { (:Record) }
MERGE (j:_Job {id: 'phone_numbers_' + name})
ON CREATE SET j.kind = 'search_text', j.parameters = '{"object_type": "' + name + '", "user_id": 0}',
  j.state = 'waiting', j.cursor = 0, j.done = 0, j.failed = 0, j.lease = '', j.lease_until = 0, j.tries = 0,
  j.created_at = timestamp(), j.updated_at = timestamp();
