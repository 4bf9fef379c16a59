// plain token(hash) -> token
// Whom a token belongs to; null where it is unknown or was revoked.
OPTIONAL MATCH (t:_Token {hash: $hash})-[:OF]->(o:_Owner)
RETURN CASE WHEN t IS NULL THEN null
            ELSE t {.id, .scopes, .is_super_admin, .expires_at, .app_id, user_id: o.user_id, owner_id: o.id} END AS token

// plain prepare(account, owner, token, hash, is_given) -> made
// The account, its first owner and its first token, each made where it is missing. A token that is given is added to
// those there are; one that was made up is not, when there is any.
MERGE (a:_Account {id: $account.id})
MERGE (s:_State {name: 'state'})
SET s.preparing = true REMOVE s.preparing
MERGE (o:_Owner {id: $owner.id})
ON CREATE SET o = $owner, s.model_version = s.model_version + 1
WITH s, o, NOT EXISTS { (:_Token)-[:OF]->(o) } AS is_first
CALL (s, o, is_first) {
  WITH s, o, is_first WHERE (is_first OR $is_given) AND NOT EXISTS { MATCH (:_Token {hash: $hash}) }
  CREATE (t:_Token)-[:OF]->(o)
  SET t = $token, t.hash = $hash, s.access_version = s.access_version + 1
  RETURN count(*) AS added
}
RETURN added > 0 AS made

// change add_token(owner_id, token, audit) -> created
// A token for an owner; every process reads access again.
MATCH (o:_Owner {id: $owner_id})
CREATE (t:_Token)-[:OF]->(o)
SET t = $token, the_state.access_version = the_state.access_version + 1
CREATE (a:_Audit)
SET a = $audit
RETURN true AS created

// change revoke_token(id, audit) -> found
// Remove a token; every process reads access again.
OPTIONAL MATCH (t:_Token {id: $id})
WITH the_state, t, t IS NOT NULL AS found
FOREACH (token IN CASE WHEN found THEN [t] ELSE [] END |
  CREATE (a:_Audit)
  SET a = $audit, the_state.access_version = the_state.access_version + 1
  DETACH DELETE token)
RETURN found

// ask tokens() -> tokens
// All tokens, oldest first; not those that end by themselves.
MATCH (t:_Token)-[:OF]->(o:_Owner)
WHERE t.expires_at IS NULL
WITH t, o ORDER BY t.created_at, t.id LIMIT 1000
RETURN collect(t {.id, .name, .scopes, .is_super_admin, .created_at, user_id: o.user_id}) AS tokens

// ask owners(email, after, limit, archived) -> owners
// Owners behind an id, in id order; with an e-mail only that one.
MATCH (o:_Owner)
WHERE o.number > $after AND coalesce(o.archived, false) = $archived
  AND ($email IS NULL OR toLower(o.email) = toLower($email))
WITH o ORDER BY o.number LIMIT $limit
RETURN collect(properties(o)) AS owners

// ask owner(id, user_id, archived) -> owner
// One owner, by id or by user id.
OPTIONAL MATCH (o:_Owner)
WHERE coalesce(o.archived, false) = $archived AND (o.id = $id OR o.user_id = $user_id)
WITH o LIMIT 1
RETURN properties(o) AS owner

// change add_sign_in_code(owner_id, hash, now, expires_at, audit) -> made
// A code with which an owner may sign in once; codes and sessions whose time is over are removed.
CALL () {
  MATCH (old:_SignInCode)
  WHERE old.expires_at <= $now
  WITH old LIMIT 1000
  DETACH DELETE old
}
CALL () {
  MATCH (old:_Session)
  WHERE old.expires_at <= $now
  WITH old LIMIT 1000
  DETACH DELETE old
}
MATCH (o:_Owner {id: $owner_id})
CREATE (:_SignInCode {hash: $hash, expires_at: $expires_at})-[:OF]->(o)
CREATE (a:_Audit)
SET a = $audit
RETURN true AS made

// plain begin_session(code_hash, now, session, audit) -> began
// Exchange a code for a session. The first write locks the code, so that of two who come with it the second sees it used.
CALL () {
  MATCH (c:_SignInCode {hash: $code_hash})
  SET c.taken = true
  REMOVE c.taken
  WITH c
  WHERE c.expires_at > $now
  MATCH (c)-[:OF]->(o:_Owner)
  WHERE NOT coalesce(o.archived, false)
  SET c.expires_at = 0
  CREATE (s:_Session)-[:OF]->(o)
  SET s = $session
  CREATE (a:_Audit)
  SET a = $audit, a.actor = 'user:' + o.user_id
  RETURN count(*) AS made
}
RETURN made > 0 AS began

// plain begin_session_by_token(token_hash, session, audit) -> began
// A session with what the token permits. It is refused once `BY` is gone, which goes with the token: a revocation that
// is under way at this moment either removes `BY` too, or leaves no token to make it with.
CALL () {
  MATCH (t:_Token {hash: $token_hash})-[:OF]->(o:_Owner)
  WHERE NOT coalesce(o.archived, false) AND t.expires_at IS NULL
  CREATE (s:_Session {is_by_token: true})-[:OF]->(o)
  CREATE (s)-[:BY]->(t)
  SET s += $session
  CREATE (a:_Audit)
  SET a = $audit, a.actor = 'user:' + o.user_id, a.subject = t.id
  RETURN count(*) AS made
}
RETURN made > 0 AS began

// plain session(hash, now) -> session
// Whose session it is and what it permits; null where it is unknown, ended or past its time, its owner is archived, or
// the token that began it was revoked.
OPTIONAL MATCH (s:_Session {hash: $hash})-[:OF]->(o:_Owner)
WHERE s.expires_at > $now AND NOT coalesce(o.archived, false)
OPTIONAL MATCH (s)-[:BY]->(t:_Token)
RETURN CASE WHEN s IS NULL OR (coalesce(s.is_by_token, false) AND t IS NULL) THEN null
            ELSE {user_id: o.user_id, owner_id: o.id, scopes: coalesce(t.scopes, []),
                  is_super_admin: coalesce(CASE WHEN t IS NULL THEN o.is_super_admin ELSE t.is_super_admin END, false)}
       END AS session

// plain end_session(hash, audit) -> found
// Remove a session.
OPTIONAL MATCH (s:_Session {hash: $hash})-[:OF]->(o:_Owner)
WITH s, o, s IS NOT NULL AS found
FOREACH (session IN CASE WHEN found THEN [s] ELSE [] END |
  CREATE (a:_Audit)
  SET a = $audit, a.actor = 'user:' + o.user_id
  DETACH DELETE session)
RETURN found

// ask owner_names(ids, user_ids) -> names
// What people are called, by the ids of owners and of users: [id, user id, first name, last name, e-mail].
CALL () {
  MATCH (o:_Owner) WHERE o.id IN $ids
  RETURN o
  UNION
  MATCH (o:_Owner) WHERE o.user_id IN $user_ids
  RETURN o
}
RETURN collect([o.id, o.user_id, o.first_name, o.last_name, o.email]) AS names
