// A segment is a node (:Segment), its members are (record)-[:IN_SEGMENT {segment_id, record_id, since}]->(segment); one that
// left becomes IN_SEGMENT_PAST with `until`. A segment whose filters name another one is DEPENDS_ON it. While it is not
// deleted, name_key has its name, which nobody else may have, and live_of the name of its object type.

// ask find(ids) -> segments
// These segments with all that their filters depend on, directly or not.
UNWIND $ids AS id
MATCH (:Segment {id: id})-[:DEPENDS_ON*0..10]->(s:Segment)
RETURN collect(DISTINCT properties(s)) AS segments

// ask find_by_name(name_key) -> segments
// The live segment of that name with what it depends on.
MATCH (:Segment {name_key: $name_key})-[:DEPENDS_ON*0..10]->(s:Segment)
RETURN collect(DISTINCT properties(s)) AS segments

// ask of_type(object_type, limit) -> segments
// All live segments of an object type with what they depend on.
CALL () {
  MATCH (live:Segment {live_of: $object_type})
  WITH live LIMIT $limit
  MATCH (live)-[:DEPENDS_ON*0..10]->(s:Segment)
  RETURN collect(DISTINCT properties(s)) AS segments
}
RETURN segments

// change create(values, depends_on, most, audit) -> known, number
// A segment, unless there are `most` already; `known` are those of depends_on that there are. The state is locked, so
// that no definition which the filters use is removed meanwhile: its version is looked at again under the lock.
SET the_state:_State
WITH the_state WHERE the_state.model_version = $model_version
CALL () {
  UNWIND CASE WHEN size($depends_on) = 0 THEN [null] ELSE $depends_on END AS id
  OPTIONAL MATCH (d:Segment {id: id})
  FOREACH (each IN CASE WHEN d IS NULL THEN [] ELSE [d] END | SET each:Segment)
  WITH d WHERE d.deleted_at IS NULL
  RETURN collect(d.id) AS known
}
CALL () {
  MATCH (s:Segment) USING INDEX s:Segment(name_key)
  WHERE s.name_key IS NOT NULL
  RETURN count(s) AS number
}
CALL (known, number) {
  WITH known, number WHERE size(known) = size($depends_on) AND number < $most
  CREATE (s:Segment)
  SET s = $values
  CREATE (a:_Audit)
  SET a = $audit
  WITH s
  UNWIND $depends_on AS id
  MATCH (d:Segment {id: id})
  CREATE (s)-[:DEPENDS_ON]->(d)
  RETURN count(*) AS joined
}
RETURN known, number

// change save(id, values, audit) -> found
// Fields of a live segment.
OPTIONAL MATCH (s:Segment {id: $id}) WHERE s.deleted_at IS NULL
FOREACH (each IN CASE WHEN s IS NULL THEN [] ELSE [s] END |
  SET each += $values
  CREATE (a:_Audit)
  SET a = $audit)
RETURN s IS NOT NULL AS found

// change save_filters(id, values, depends_on, audit) -> found, known, is_cyclic
// Other filters of a dynamic segment. Nothing is written where one that they name is gone, or depends on this one.
// Whoever changes dependencies takes the same lock, so that two changes cannot make a cycle together.
SET the_state:_State
WITH the_state WHERE the_state.model_version = $model_version
OPTIONAL MATCH (s:Segment {id: $id}) WHERE s.deleted_at IS NULL AND s.processing_type = 'DYNAMIC'
CALL () {
  UNWIND CASE WHEN size($depends_on) = 0 THEN [null] ELSE $depends_on END AS id
  OPTIONAL MATCH (d:Segment {id: id})
  WITH d WHERE d.deleted_at IS NULL
  RETURN collect(d.id) AS known
}
CALL () {
  OPTIONAL MATCH (:Segment {id: $id})<-[:DEPENDS_ON*0..10]-(above:Segment)
  RETURN any(each IN collect(above.id) WHERE each IN $depends_on) AS is_cyclic
}
CALL (s, known, is_cyclic) {
  WITH s, known, is_cyclic WHERE s IS NOT NULL AND size(known) = size($depends_on) AND NOT is_cyclic
  SET s += $values, s.version = s.version + 1
  CREATE (a:_Audit)
  SET a = $audit
  WITH s
  CALL (s) {
    MATCH (s)-[old:DEPENDS_ON]->()
    DELETE old
  }
  UNWIND $depends_on AS id
  MATCH (d:Segment {id: id})
  CREATE (s)-[:DEPENDS_ON]->(d)
  RETURN count(*) AS joined
}
RETURN s IS NOT NULL AS found, known, is_cyclic

// change delete(id, at, audit) -> found, used_by
// Hide a segment; members stay. Not while another one, not deleted, has it in its filters: `used_by` has their names.
SET the_state:_State
WITH the_state
OPTIONAL MATCH (s:Segment {id: $id}) WHERE s.deleted_at IS NULL
CALL (s) {
  OPTIONAL MATCH (s)<-[:DEPENDS_ON]-(other:Segment)
  WHERE other.deleted_at IS NULL
  RETURN collect(other.name)[..20] AS used_by
}
FOREACH (each IN CASE WHEN s IS NOT NULL AND size(used_by) = 0 THEN [s] ELSE [] END |
  SET each.deleted_at = $at, each.updated_at = $at
  REMOVE each.name_key, each.live_of
  CREATE (a:_Audit)
  SET a = $audit)
RETURN s IS NOT NULL AS found, used_by

// change restore(id, at, since, audit) -> found, lost
// A segment that was deleted after `since` live again; `lost` are those that its filters name and that are deleted.
SET the_state:_State
WITH the_state
OPTIONAL MATCH (s:Segment {id: $id}) WHERE s.deleted_at >= $since
CALL (s) {
  OPTIONAL MATCH (s)-[:DEPENDS_ON]->(d:Segment)
  WHERE d.deleted_at IS NOT NULL
  RETURN collect(d.name)[..20] AS lost
}
FOREACH (each IN CASE WHEN s IS NOT NULL AND size(lost) = 0 THEN [s] ELSE [] END |
  SET each.name_key = each.folded_name, each.live_of = each.object_type, each.updated_at = $at, each.sweep_asked_at = $at
  REMOVE each.deleted_at
  CREATE (a:_Audit)
  SET a = $audit)
RETURN s IS NOT NULL AS found, lost

// change purge(before, limit, audit) -> was_there
// Some of what is left of the segment that was deleted first, if that was before a time: members and former members,
// with the last of them the segment itself. One that the filters of another name stays until that one is purged.
CALL () {
  OPTIONAL MATCH (s:Segment) WHERE s.deleted_at < $before AND NOT EXISTS { (s)<-[:DEPENDS_ON]-(:Segment) }
  RETURN s ORDER BY s.deleted_at LIMIT 1
}
CALL (s) {
  MATCH ()-[m:IN_SEGMENT]->() USING INDEX SEEK m:IN_SEGMENT(segment_id, record_id)
  WHERE m.segment_id = s.id AND m.record_id >= 0
  WITH m LIMIT $limit
  DELETE m
  RETURN count(*) AS present
}
CALL (s) {
  MATCH ()-[m:IN_SEGMENT_PAST]->() USING INDEX SEEK m:IN_SEGMENT_PAST(segment_id, until)
  WHERE m.segment_id = s.id AND m.until >= 0
  WITH m LIMIT $limit
  DELETE m
  RETURN count(*) AS former
}
WITH s, s IS NOT NULL AS was_there, present < $limit AND former < $limit AS is_last
FOREACH (each IN CASE WHEN was_there AND is_last THEN [s] ELSE [] END |
  CREATE (a:_Audit)
  SET a = $audit, a.subject = 'segment:' + each.id
  DETACH DELETE each)
RETURN was_there

// ask search(words, object_type, processing_types, ids, key, descending, offset, limit, counts, counted) -> total, segments
// A page of live segments whose names have the words, ordered by one of their fields: [segment, number of members that
// are kept, when the last came, when the last left, name of the folder, how many others depend on it]. Archived members
// are left out of the number where members are few enough to be looked at; how many relationships it has a node knows.
CALL () {
  MATCH (s:Segment) USING INDEX s:Segment(name_key)
  WHERE s.name_key IS NOT NULL AND s.name_key CONTAINS $words
    AND ($object_type IS NULL OR s.object_type = $object_type)
    AND ($processing_types IS NULL OR s.processing_type IN $processing_types)
    AND ($ids IS NULL OR s.id IN $ids)
  WITH s, s[$key] AS value
  ORDER BY CASE WHEN $descending THEN null ELSE value END, CASE WHEN $descending THEN value END DESC, s.id
  RETURN collect(s) AS found
}
CALL (found) {
  UNWIND found[$offset..$offset + $limit] AS s
  CALL (s) {
    WITH s, COUNT { (s)<-[:IN_SEGMENT]-() } AS kept
    CALL (s, kept) {
      UNWIND CASE WHEN $counts AND kept <= $counted THEN [s.id] ELSE [] END AS segment_id
      MATCH ()-[m:IN_SEGMENT]->() USING INDEX SEEK m:IN_SEGMENT(segment_id, record_id)
      WHERE m.segment_id = segment_id AND m.record_id >= 0 AND startNode(m)._archived_at IS NULL
      RETURN count(m) AS live
    }
    RETURN CASE WHEN kept <= $counted THEN live ELSE kept END AS number
  }
  CALL (s) {
    OPTIONAL MATCH ()-[m:IN_SEGMENT]->() USING INDEX SEEK m:IN_SEGMENT(segment_id, since, record_id)
    WHERE m.segment_id = s.id AND m.since >= 0 AND m.record_id IS NOT NULL
    WITH m ORDER BY m.segment_id DESC, m.since DESC, m.record_id DESC LIMIT 1
    RETURN m.since AS came
  }
  CALL (s) {
    OPTIONAL MATCH ()-[m:IN_SEGMENT_PAST]->() USING INDEX SEEK m:IN_SEGMENT_PAST(segment_id, until)
    WHERE m.segment_id = s.id AND m.until >= 0
    WITH m ORDER BY m.segment_id DESC, m.until DESC LIMIT 1
    RETURN m.until AS left_at
  }
  OPTIONAL MATCH (f:_SegmentFolder {id: s.folder_id})
  RETURN collect([properties(s), number, came, left_at, f.name, COUNT { (s)<-[:DEPENDS_ON]-(:Segment) }]) AS segments
}
RETURN size(found) AS total, segments

// change add(segment_id, ids, at, job) -> found, is_busy, added, missing
// Records become members of a segment that is filled by hand; those that are it already stay as they are. Nothing is
// done while a job writes its members, unless this is for that job: `job` is its id, else an empty text.
OPTIONAL MATCH (found:Segment {id: $segment_id})
WHERE found.processing_type <> 'DYNAMIC' AND (found.deleted_at IS NULL OR found.job = $job)
WITH found, CASE WHEN coalesce(found.job, '') = $job THEN found END AS s
CALL (s) {
  UNWIND CASE WHEN s IS NULL THEN [] ELSE $ids END AS id
  OPTIONAL MATCH (r:{{node_label}} {_id: id})
  USING INDEX SEEK r:{{node_label}}(_id)
  WITH s, id, r, EXISTS { (r)-[m:IN_SEGMENT]->() WHERE m.segment_id = $segment_id } AS was_there
  FOREACH (each IN CASE WHEN r IS NULL OR was_there THEN [] ELSE [r] END |
    MERGE (each)-[n:IN_SEGMENT {segment_id: $segment_id, record_id: id}]->(s)
    ON CREATE SET n.since = $at)
  RETURN collect(CASE WHEN r IS NOT NULL AND NOT was_there THEN id END) AS added,
         collect(CASE WHEN r IS NULL THEN id END) AS missing
}
RETURN found IS NOT NULL AS found, found IS NOT NULL AND s IS NULL AS is_busy, added, missing

// change remove(segment_id, ids, at, job) -> found, is_busy, removed, missing
// Records are members no longer; `missing` are those that there are not.
OPTIONAL MATCH (found:Segment {id: $segment_id})
WHERE found.processing_type <> 'DYNAMIC' AND (found.deleted_at IS NULL OR found.job = $job)
WITH found, CASE WHEN coalesce(found.job, '') = $job THEN found END AS s
CALL (s) {
  UNWIND CASE WHEN s IS NULL THEN [] ELSE $ids END AS id
  OPTIONAL MATCH (r:{{node_label}} {_id: id})
  USING INDEX SEEK r:{{node_label}}(_id)
  RETURN collect(CASE WHEN r IS NULL THEN id END) AS missing
}
CALL (s) {
  UNWIND CASE WHEN s IS NULL THEN [] ELSE $ids END AS id
  MATCH ()-[m:IN_SEGMENT]->() USING INDEX SEEK m:IN_SEGMENT(segment_id, record_id)
  WHERE m.segment_id = $segment_id AND m.record_id = id
  WITH s, id, m, startNode(m) AS r, properties(m) AS was
  DELETE m
  CREATE (r)-[past:IN_SEGMENT_PAST]->(s)
  SET past = was, past.until = $at
  RETURN collect(id) AS removed
}
RETURN found IS NOT NULL AS found, found IS NOT NULL AND s IS NULL AS is_busy, removed, missing

// change empty(segment_id, limit, at, job) -> found, is_busy, removed
// Some of the members of a segment that is filled by hand are it no longer, archived ones too.
OPTIONAL MATCH (found:Segment {id: $segment_id})
WHERE found.processing_type <> 'DYNAMIC' AND (found.deleted_at IS NULL OR found.job = $job)
WITH found, CASE WHEN coalesce(found.job, '') = $job THEN found END AS s
CALL (s) {
  MATCH ()-[m:IN_SEGMENT]->() USING INDEX SEEK m:IN_SEGMENT(segment_id, record_id)
  WHERE s IS NOT NULL AND m.segment_id = $segment_id AND m.record_id >= 0
  WITH s, m LIMIT $limit
  WITH s, m, startNode(m) AS r, properties(m) AS was
  DELETE m
  CREATE (r)-[past:IN_SEGMENT_PAST]->(s)
  SET past = was, past.until = $at
  RETURN count(*) AS removed
}
RETURN found IS NOT NULL AS found, found IS NOT NULL AND s IS NULL AS is_busy, removed

// ask foreseen(segment_id, add, remove) -> present, joining, members
// Which of the records to add there are, which of these are no members yet, and who of those to remove is one.
CALL () {
  UNWIND $add AS id
  MATCH (r:{{node_label}} {_id: id})
  USING INDEX SEEK r:{{node_label}}(_id)
  RETURN collect(id) AS present,
         collect(CASE WHEN NOT EXISTS { (r)-[m:IN_SEGMENT]->() WHERE m.segment_id = $segment_id } THEN id END) AS joining
}
CALL () {
  UNWIND $remove AS id
  MATCH (r:{{node_label}} {_id: id})
  USING INDEX SEEK r:{{node_label}}(_id)
  RETURN collect(id) AS there
}
CALL () {
  UNWIND $remove AS id
  MATCH ()-[m:IN_SEGMENT]->() USING INDEX SEEK m:IN_SEGMENT(segment_id, record_id)
  WHERE m.segment_id = $segment_id AND m.record_id = id
  RETURN collect(id) AS members
}
RETURN present + there AS present, joining, members

// ask window(after, limit) -> upto
// The id with which so many live records behind an id end; null where there are none.
CALL () {
  MATCH (r:{{node_label}}) WHERE r._id > $after
  WITH r ORDER BY r._id LIMIT $limit
  RETURN max(r._id) AS upto
}
RETURN upto

// change begin_job(segment_id, job, audit) -> found, is_busy
// From now on a job writes the members of a segment that is filled by hand, and nobody else.
OPTIONAL MATCH (found:Segment {id: $segment_id}) WHERE found.deleted_at IS NULL AND found.processing_type <> 'DYNAMIC'
FOREACH (each IN CASE WHEN found IS NULL THEN [] ELSE [found] END | SET each:Segment)
WITH found, CASE WHEN found.job IS NULL THEN found END AS s
FOREACH (each IN CASE WHEN s IS NULL THEN [] ELSE [s] END |
  SET each.job = $job, each.has_failed = false
  CREATE (a:_Audit)
  SET a = $audit)
RETURN found IS NOT NULL AS found, found IS NOT NULL AND s IS NULL AS is_busy

// change end_job(segment_id, job, failed) -> found
// A job has written the members of a segment, or never will.
OPTIONAL MATCH (s:Segment {id: $segment_id}) WHERE s.job = $job
FOREACH (each IN CASE WHEN s IS NULL THEN [] ELSE [s] END | SET each.has_failed = $failed REMOVE each.job)
RETURN s IS NOT NULL AS found

// ask history(segment_id, since, until, subject, limit) -> now_there, no_longer, edits
// Of members that there were before `until`: [day they came, number], and of those that left [day they came, day they
// left, number]. A day is ms since 1970 of its beginning, null before `since`, `until` from then on. Also when the
// segment was edited.
CALL () {
  MATCH ()-[m:IN_SEGMENT]->() USING INDEX SEEK m:IN_SEGMENT(segment_id, since, record_id)
  WHERE m.segment_id = $segment_id AND m.since >= 0 AND m.since < $until AND m.record_id IS NOT NULL
  WITH CASE WHEN m.since < $since THEN null ELSE m.since - m.since % 86400000 END AS day, count(m) AS number
  RETURN collect([day, number]) AS now_there
}
CALL () {
  MATCH ()-[m:IN_SEGMENT_PAST]->() USING INDEX SEEK m:IN_SEGMENT_PAST(segment_id, until)
  WHERE m.segment_id = $segment_id AND m.until >= 0 AND m.since < $until
  WITH CASE WHEN m.since < $since THEN null ELSE m.since - m.since % 86400000 END AS came,
       CASE WHEN m.until < $since THEN null WHEN m.until >= $until THEN $until ELSE m.until - m.until % 86400000 END AS went,
       count(m) AS number
  RETURN collect([came, went, number]) AS no_longer
}
CALL () {
  OPTIONAL MATCH (a:_Audit {subject: $subject}) WHERE $since <= a.at < $until
  WITH a ORDER BY a.at DESC LIMIT $limit
  RETURN collect(a.at) AS edits
}
RETURN now_there, no_longer, edits

// ask folders(limit) -> folders, lists
// All folders, and the ids of live segments by folder.
CALL () {
  MATCH (f:_SegmentFolder) WHERE f.id >= 0
  WITH f ORDER BY f.id LIMIT $limit
  RETURN collect(properties(f)) AS folders
}
CALL () {
  MATCH (s:Segment) USING INDEX s:Segment(name_key)
  WHERE s.name_key IS NOT NULL
  RETURN collect([s.folder_id, s.id]) AS lists
}
RETURN folders, lists

// change save_folder(id, values, audit) -> saved
// A folder, new or changed.
MERGE (f:_SegmentFolder {id: $id})
SET f += $values
CREATE (a:_Audit)
SET a = $audit
RETURN true AS saved

// change remove_folder(id, audit) -> removed
// A folder in which nothing is.
SET the_state:_State
WITH the_state
OPTIONAL MATCH (f:_SegmentFolder {id: $id})
WITH f, f IS NOT NULL AS is_there
CALL (f) {
  OPTIONAL MATCH (s:Segment {folder_id: f.id}) WHERE s.deleted_at IS NULL
  RETURN count(s) AS number
}
FOREACH (each IN CASE WHEN is_there AND number = 0 THEN [f] ELSE [] END |
  CREATE (a:_Audit)
  SET a = $audit
  DETACH DELETE each)
RETURN is_there AND number = 0 AS removed

// ask using(uses, limit) -> names
// Names of live segments whose filters use one of these definitions, such as `property:contact.favourite`.
CALL () {
  MATCH (s:Segment) USING INDEX s:Segment(name_key)
  WHERE s.name_key IS NOT NULL AND any(use IN $uses WHERE use IN s.uses)
  WITH s LIMIT $limit
  RETURN collect(s.name) AS names
}
RETURN names

// ask followed(name) -> seq, segments
// How far a follower of the feed has come, null before it began, and the live dynamic segments with what they depend on.
CALL () {
  OPTIONAL MATCH (f:_Follower {name: $name})
  RETURN f.seq AS seq
}
CALL () {
  MATCH (live:Segment) USING INDEX live:Segment(name_key)
  WHERE live.name_key IS NOT NULL AND live.processing_type = 'DYNAMIC'
  MATCH (live)-[:DEPENDS_ON*0..10]->(s:Segment)
  RETURN collect(DISTINCT properties(s)) AS segments
}
RETURN seq, segments

// change follow(name, from_seq, seq, rows, turns, swept, at) -> held
// What a page of the feed changed in dynamic segments, and that the follower has come that far; nothing where another
// process was first. rows: segment_id, joins [record key, id, since], leaves [id, until]; turns:
// segments that were looked at, each with how often it had been settled then; one that was settled meanwhile is to be
// looked at as a whole again, like those that are swept.
MERGE (f:_Follower {name: $name})
ON CREATE SET f.seq = $from_seq
SET f:_Follower
WITH f, f.seq = $from_seq AS held
FOREACH (each IN CASE WHEN held THEN [f] ELSE [] END | SET each.seq = $seq)
WITH held
CALL (held) {
  UNWIND CASE WHEN held THEN $swept ELSE [] END AS id
  MATCH (s:Segment {id: id})
  SET s.sweep_asked_at = $at
}
CALL (held) {
  UNWIND CASE WHEN held THEN $turns ELSE [] END AS seen
  MATCH (s:Segment {id: seen[0]}) WHERE coalesce(s.turn, 0) <> seen[1]
  SET s.sweep_asked_at = $at
}
CALL (held) {
  UNWIND CASE WHEN held THEN $rows ELSE [] END AS row
  MATCH (s:Segment {id: row.segment_id}) WHERE s.processing_type = 'DYNAMIC' AND s.deleted_at IS NULL
  UNWIND row.joins AS joining
  MATCH (r:Record {_key: joining[0]})
  USING INDEX SEEK r:Record(_key)
  MERGE (r)-[m:IN_SEGMENT {segment_id: row.segment_id, record_id: joining[1]}]->(s)
  ON CREATE SET m.since = joining[2]
}
CALL (held) {
  UNWIND CASE WHEN held THEN $rows ELSE [] END AS row
  UNWIND row.leaves AS leaving
  MATCH ()-[m:IN_SEGMENT]->() USING INDEX SEEK m:IN_SEGMENT(segment_id, record_id)
  WHERE m.segment_id = row.segment_id AND m.record_id = leaving[0]
  WITH m, startNode(m) AS r, endNode(m) AS s, properties(m) AS was, leaving
  WHERE s.processing_type = 'DYNAMIC' AND s.deleted_at IS NULL
  DELETE m
  CREATE (r)-[past:IN_SEGMENT_PAST]->(s)
  SET past = was, past.until = CASE WHEN leaving[1] > was.since THEN leaving[1] ELSE was.since + 1 END
}
RETURN held

// change hold_followers(name) -> held
// Let no follower move until this transaction ends.
OPTIONAL MATCH (f:_Follower {name: $name})
FOREACH (each IN CASE WHEN f IS NULL THEN [] ELSE [f] END | SET each:_Follower)
RETURN true AS held

// ask kept(segment_id, after, limit) -> ids
// Ids of records, archived ones too, that are kept as members, in order.
CALL () {
  MATCH ()-[m:IN_SEGMENT]->() USING INDEX SEEK m:IN_SEGMENT(segment_id, record_id)
  WHERE m.segment_id = $segment_id AND m.record_id > $after
  WITH m ORDER BY m.segment_id, m.record_id LIMIT $limit
  RETURN collect(m.record_id) AS ids
}
RETURN ids

// change settle(segment_id, joins, leaves, at) -> found
// Some of the members of a dynamic segment as its filters have them: joins [record key, id], leaves [id].
OPTIONAL MATCH (s:Segment {id: $segment_id}) WHERE s.processing_type = 'DYNAMIC' AND s.deleted_at IS NULL
FOREACH (each IN CASE WHEN s IS NULL THEN [] ELSE [s] END | SET each.turn = coalesce(each.turn, 0) + 1)
WITH s
CALL (s) {
  UNWIND CASE WHEN s IS NULL THEN [] ELSE $joins END AS joining
  MATCH (r:Record {_key: joining[0]})
  USING INDEX SEEK r:Record(_key)
  MERGE (r)-[m:IN_SEGMENT {segment_id: $segment_id, record_id: joining[1]}]->(s)
  ON CREATE SET m.since = $at
}
CALL (s) {
  UNWIND CASE WHEN s IS NULL THEN [] ELSE $leaves END AS id
  MATCH ()-[m:IN_SEGMENT]->() USING INDEX SEEK m:IN_SEGMENT(segment_id, record_id)
  WHERE m.segment_id = $segment_id AND m.record_id = id
  WITH m, startNode(m) AS r, endNode(m) AS segment, properties(m) AS was
  DELETE m
  CREATE (r)-[past:IN_SEGMENT_PAST]->(segment)
  SET past = was, past.until = $at
}
RETURN s IS NOT NULL AS found

// change settled(segment_id, version, at, converts) -> found
// A segment's members are as its filters had them at a time, unless these are others by now; one that `converts` is from
// now on filled by hand.
OPTIONAL MATCH (s:Segment {id: $segment_id})
WHERE s.processing_type = 'DYNAMIC' AND s.deleted_at IS NULL AND s.version = $version
FOREACH (each IN CASE WHEN s IS NULL THEN [] ELSE [s] END | SET each.settled_at = $at REMOVE each.sweep_failed_at)
FOREACH (each IN CASE WHEN s IS NULL OR NOT $converts THEN [] ELSE [s] END |
  SET each.processing_type = 'MANUAL', each.converted_at = $at)
RETURN s IS NOT NULL AS found

// change sweep_failed(segment_id, at) -> found
// A segment could not be gone through: others come first for some time.
OPTIONAL MATCH (s:Segment {id: $segment_id})
FOREACH (each IN CASE WHEN s IS NULL THEN [] ELSE [s] END | SET each.sweep_failed_at = $at)
RETURN s IS NOT NULL AS found

// ask last_change(segment_id) -> at
// When somebody last came or left, null where nobody did.
CALL () {
  OPTIONAL MATCH ()-[m:IN_SEGMENT]->() USING INDEX SEEK m:IN_SEGMENT(segment_id, since, record_id)
  WHERE m.segment_id = $segment_id AND m.since >= 0 AND m.record_id IS NOT NULL
  WITH m ORDER BY m.segment_id DESC, m.since DESC, m.record_id DESC LIMIT 1
  RETURN m.since AS came
}
CALL () {
  OPTIONAL MATCH ()-[m:IN_SEGMENT_PAST]->() USING INDEX SEEK m:IN_SEGMENT_PAST(segment_id, until)
  WHERE m.segment_id = $segment_id AND m.until >= 0
  WITH m ORDER BY m.segment_id DESC, m.until DESC LIMIT 1
  RETURN m.until AS went
}
RETURN CASE WHEN came IS NULL OR went > came THEN went ELSE came END AS at
