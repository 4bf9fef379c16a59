// plain add(id, kind, parameters, at) -> job
// A job that waits for a worker. parameters: JSON text.
CREATE (j:_Job {id: $id, kind: $kind, parameters: $parameters, state: 'waiting', cursor: 0, done: 0, failed: 0,
                lease: '', lease_until: 0, tries: 0, created_at: $at, updated_at: $at})
RETURN properties(j) AS job

// change add_within(id, kind, parameters, at) -> added
// Like add, together with what the job is about.
CREATE (j:_Job {id: $id, kind: $kind, parameters: $parameters, state: 'waiting', cursor: 0, done: 0, failed: 0,
                lease: '', lease_until: 0, tries: 0, created_at: $at, updated_at: $at})
RETURN true AS added

// change forget(id) -> found
// What a job was to do is no longer needed: it has been done.
OPTIONAL MATCH (j:_Job {id: $id})
FOREACH (each IN CASE WHEN j IS NULL THEN [] ELSE [j] END | SET each.parameters = '{}')
RETURN j IS NOT NULL AS found

// ask progress(ids) -> jobs
// How far jobs have come.
UNWIND $ids AS id
MATCH (j:_Job {id: id})
RETURN collect(j {.id, .state, .done, .total}) AS jobs

// plain claim(kinds, lease, now, until) -> job
// The oldest job of these kinds that waits, or whose worker let its lease run out, now held under `lease`; null where
// there is none. Two workers may choose the same job: the second finds it taken once it has the lock.
CALL () {
  OPTIONAL MATCH (j:_Job)
  WHERE j.state IN ['waiting', 'running'] AND j.kind IN $kinds AND j.lease_until < $now
  WITH j ORDER BY j.created_at, j.id LIMIT 1
  RETURN j AS candidate
}
FOREACH (j IN CASE WHEN candidate IS NULL THEN [] ELSE [candidate] END | SET j:_Job)
WITH candidate
OPTIONAL CALL (candidate) {
  MATCH (j:_Job {id: candidate.id})
  WHERE j.state IN ['waiting', 'running'] AND j.lease_until < $now
  SET j.state = 'running', j.lease = $lease, j.lease_until = $until, j.tries = j.tries + 1,
      j.started_at = coalesce(j.started_at, $now), j.updated_at = $now
  RETURN properties(j) AS job
}
RETURN job

// change advance(id, lease, now, until, cursor, done, failed, total, transaction_id) -> held, cancelled, failed
// First statement of each batch of a job: a worker that lost its lease commits nothing of the batch. cursor: where the
// next batch begins; done, failed: rows of this batch; total: all rows, null while unknown; transaction_id: of this
// batch, by which was_made finds it. The lease is looked at under the job's lock: another worker may be taking it over
// at this moment.
OPTIONAL MATCH (j:_Job {id: $id})
FOREACH (job IN CASE WHEN j IS NULL THEN [] ELSE [j] END | SET job:_Job)
WITH j
OPTIONAL CALL (j) {
  WITH j WHERE j.lease = $lease AND j.state = 'running'
  SET j.cursor = $cursor, j.done = j.done + $done, j.failed = j.failed + $failed,
      j.total = coalesce($total, j.total), j.lease_until = $until, j.updated_at = $now,
      j.transaction_id = $transaction_id
  RETURN true AS is_held
}
RETURN coalesce(is_held, false) AS held, coalesce(j.cancel_asked, false) AS cancelled, j.failed AS failed

// plain keep(id, lease, until) -> held
// The lease kept while no batch is written. One that a batch has kept meanwhile for longer stays as it is.
OPTIONAL MATCH (j:_Job {id: $id})
FOREACH (job IN CASE WHEN j IS NULL THEN [] ELSE [j] END | SET job:_Job)
WITH j
OPTIONAL CALL (j) {
  WITH j WHERE j.lease = $lease AND j.state = 'running'
  SET j.lease_until = CASE WHEN $until > j.lease_until THEN $until ELSE j.lease_until END
  RETURN true AS is_held
}
RETURN coalesce(is_held, false) AS held

// plain end(id, lease, state, message, now) -> held
// The job is done, failed or cancelled; or it waits again for another worker, who begins at the cursor.
OPTIONAL MATCH (j:_Job {id: $id})
FOREACH (job IN CASE WHEN j IS NULL THEN [] ELSE [j] END | SET job:_Job)
WITH j
OPTIONAL CALL (j) {
  WITH j WHERE j.lease = $lease
  SET j.state = $state, j.message = $message, j.lease = '', j.lease_until = 0, j.updated_at = $now,
      j.ended_at = CASE WHEN $state = 'waiting' THEN null ELSE $now END
  RETURN true AS is_held
}
RETURN coalesce(is_held, false) AS held

// plain cancel(id, now) -> found
// A waiting job is cancelled at once, a running one by its worker before the next batch.
OPTIONAL MATCH (j:_Job {id: $id})
FOREACH (job IN CASE WHEN j IS NULL THEN [] ELSE [j] END |
  SET job.cancel_asked = true,
      job.ended_at = CASE WHEN job.state = 'waiting' THEN $now ELSE job.ended_at END,
      job.state = CASE WHEN job.state = 'waiting' THEN 'cancelled' ELSE job.state END)
RETURN j IS NOT NULL AS found

// plain find(id) -> job
// One job with its progress, null where there is none.
OPTIONAL MATCH (j:_Job {id: $id})
RETURN properties(j) AS job

// plain unended(kinds) -> ids
// Jobs of these kinds that wait or are being done.
CALL () {
  MATCH (j:_Job)
  WHERE j.state IN ['waiting', 'running'] AND j.kind IN $kinds
  RETURN collect(j.id) AS ids
}
RETURN ids

// plain latest(kinds, limit) -> jobs
// The newest jobs of these kinds.
CALL () {
  MATCH (j:_Job)
  USING INDEX j:_Job(created_at)
  WHERE j.created_at >= 0 AND j.kind IN $kinds
  WITH j ORDER BY j.created_at DESC, j.id LIMIT $limit
  RETURN collect(properties(j)) AS jobs
}
RETURN jobs

// plain remove_purged(limit) -> has_more
// Associations, up to a limit, of a record that was purged and had too many of them to go at once; with the last ones its
// node goes. The first write locks it, so that of two workers the second finds what the first one left.
CALL () {
  MATCH (p:_Purged)
  WITH p LIMIT 1
  SET p:_Purged
  WITH p
  CALL (p) {
    MATCH (p)-[x]-()
    WITH x LIMIT $limit
    DELETE x
    RETURN count(*) AS removed
  }
  FOREACH (last IN CASE WHEN removed < $limit THEN [p] ELSE [] END | DETACH DELETE last)
  RETURN count(*) AS found
}
RETURN found > 0 AS has_more
