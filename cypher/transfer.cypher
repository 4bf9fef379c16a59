// ask resolve(near, far) -> near_found, far_found
// Records by claim or key: near with every property, far by id alone and whether it is live. Both lists: n, key, claim.
CALL () {
  UNWIND $near AS wanted
  OPTIONAL MATCH (direct:Record {_key: wanted.key})
  OPTIONAL MATCH (:_Claim {key: wanted.claim})-[:CLAIMED_BY]->(claimed:Record)
  WITH wanted, coalesce(claimed, direct) AS r
  WHERE r IS NOT NULL
  RETURN collect([wanted.n, properties(r)]) AS near_found
}
CALL () {
  UNWIND $far AS wanted
  OPTIONAL MATCH (direct:Record {_key: wanted.key})
  OPTIONAL MATCH (:_Claim {key: wanted.claim})-[:CLAIMED_BY]->(claimed:Record)
  WITH wanted, coalesce(claimed, direct) AS r
  WHERE r IS NOT NULL
  RETURN collect([wanted.n, r._id, r._archived_at IS NULL]) AS far_found
}
RETURN near_found, far_found

// ask find_by_text(wanted) -> found
// Live records by an indexed text, folded; two where a value names more than one. wanted: n, text.
UNWIND $wanted AS wanted
CALL (wanted) {
  MATCH (r:{{node_label}})
  WHERE r.{{folded_property}} = wanted.text
  RETURN r LIMIT 2
}
RETURN collect([wanted.n, properties(r)]) AS found

// change keep_errors(job_id, errors) -> kept
// Rows that a job left out, in the transaction of their batch. errors: position, file, line, column, value, reason, …
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
  WITH e ORDER BY e.position LIMIT $limit
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
