// ask resolve(near_keys, near_claims, far_keys, far_claims, names) -> near_by_key, near_by_claim, far_by_key, far_by_claim
// Records by key and by claim: near with the values of the named properties, far by id alone and whether it is live.
CALL () {
  UNWIND $near_keys AS wanted
  MATCH (r:Record {_key: wanted})
  USING INDEX SEEK r:Record(_key)
  RETURN collect([wanted, [name IN $names | r[name]]]) AS near_by_key
}
CALL () {
  UNWIND $near_claims AS wanted
  MATCH (claim:_Claim {key: wanted})-[:CLAIMED_BY]->(r:Record)
  USING INDEX SEEK claim:_Claim(key)
  RETURN collect([wanted, [name IN $names | r[name]]]) AS near_by_claim
}
CALL () {
  UNWIND $far_keys AS wanted
  MATCH (r:Record {_key: wanted})
  USING INDEX SEEK r:Record(_key)
  RETURN collect([wanted, r._id, r._archived_at IS NULL]) AS far_by_key
}
CALL () {
  UNWIND $far_claims AS wanted
  MATCH (claim:_Claim {key: wanted})-[:CLAIMED_BY]->(r:Record)
  USING INDEX SEEK claim:_Claim(key)
  RETURN collect([wanted, r._id, r._archived_at IS NULL]) AS far_by_claim
}
RETURN near_by_key, near_by_claim, far_by_key, far_by_claim

// ask find_by_text(wanted, names) -> found
// Live records by an indexed text, folded; two where a value names more than one. wanted: n, text.
UNWIND $wanted AS wanted
CALL (wanted) {
  MATCH (r:{{node_label}})
  USING INDEX SEEK r:{{node_label}}({{folded_property}})
  WHERE r.{{folded_property}} = wanted.text
  RETURN r LIMIT 2
}
RETURN collect([wanted.n, [name IN $names | r[name]]]) AS found

// change keep_errors(job_id, errors) -> kept
// Rows that a job left out, in the transaction of their batch. errors: position, file, line, column, value, reason, both
// folded, …
MATCH (j:_Job {id: $job_id})
CALL (j) {
  UNWIND $errors AS error
  CREATE (j)-[:LEFT_OUT]->(e:_RowError)
  SET e = error, e.job_id = $job_id
  RETURN count(*) AS kept
}
RETURN kept

// plain errors(job_id, after, limit) -> errors
// Rows that a job left out, in the order in which it met them, behind a position.
CALL () {
  MATCH (e:_RowError {job_id: $job_id})
  WHERE e.position > $after
  WITH e ORDER BY e.job_id, e.position LIMIT $limit
  RETURN collect(properties(e)) AS errors
}
RETURN errors

// plain keep_report(job_id, report) -> kept
// What a job did so far, as JSON text.
OPTIONAL MATCH (j:_Job {id: $job_id})
FOREACH (job IN CASE WHEN j IS NULL THEN [] ELSE [j] END | SET job.report = $report)
RETURN j IS NOT NULL AS kept

// plain report(job_id) -> report
// The text that keep_report kept, null where there is none.
OPTIONAL MATCH (j:_Job {id: $job_id})
RETURN j.report AS report

// change save_owners(made, changed, at) -> last
// New owners, numbered behind the last one, and new values of known ones. made: values; changed: id, values. The model
// moves where an owner is new, since owners are values that properties take.
SET the_state:_State
WITH the_state WHERE the_state.model_version = $model_version
CALL () {
  OPTIONAL MATCH (o:_Owner)
  RETURN coalesce(max(o.number), 0) AS last
}
CALL (last) {
  UNWIND range(0, size($made) - 1) AS n
  CREATE (o:_Owner)
  SET o = $made[n], o.number = last + n + 1, o.id = toString(last + n + 1), o.user_id = last + n + 1,
      o.created_at = $at, o.updated_at = $at
}
CALL () {
  UNWIND $changed AS row
  MATCH (o:_Owner {id: row.id})
  SET o += row.values, o.updated_at = $at
}
SET the_state.model_version = the_state.model_version + CASE WHEN size($made) > 0 THEN 1 ELSE 0 END
RETURN last
