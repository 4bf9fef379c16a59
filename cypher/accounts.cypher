// plain token(hash) -> token
// Whom a token belongs to; null where it is unknown or was revoked.
OPTIONAL MATCH (t:_Token {hash: $hash})-[:OF]->(o:_Owner)
RETURN CASE WHEN t IS NULL THEN null
            ELSE t {.id, .scopes, .is_super_admin, user_id: o.user_id, owner_id: o.id} END AS token

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
// All tokens, oldest first.
MATCH (t:_Token)-[:OF]->(o:_Owner)
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
