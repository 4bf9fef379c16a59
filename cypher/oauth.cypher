// change add_app(app, audit) -> made
// An app that users may let into the account.
CREATE (a:_App)
SET a = $app
CREATE (d:_Audit)
SET d = $audit
RETURN true AS made

// ask apps() -> apps
// All apps, oldest first.
MATCH (a:_App) WHERE a.id > 0
WITH a ORDER BY a.id LIMIT 1000
RETURN collect(a {.id, .client_id, .name, .redirect_uris, .scopes, .created_at}) AS apps

// change remove_app(id, audit) -> found
// An app with all that was given to it; every process reads access again.
OPTIONAL MATCH (a:_App {id: $id})
WITH the_state, a, a IS NOT NULL AS found
CALL (a) {
  MATCH (a)<-[:BY]-(given:_AuthorizationCode|_RefreshToken)
  OPTIONAL MATCH (given)<-[:FROM]-(t:_Token)
  DETACH DELETE t, given
}
FOREACH (app IN CASE WHEN found THEN [a] ELSE [] END |
  CREATE (d:_Audit)
  SET d = $audit, the_state.access_version = the_state.access_version + 1
  DETACH DELETE app)
RETURN found

// change add_code(app_id, owner_id, code, now, audit) -> app
// A code by which an app gets tokens of an owner; what of the app allows it: redirect_uris and scopes, null for no app.
// The code is made where both hold what the code says. Codes whose time is over are removed.
CALL () {
  MATCH (old:_AuthorizationCode)
  WHERE old.expires_at <= $now
  WITH old LIMIT 1000
  DETACH DELETE old
}
OPTIONAL MATCH (a:_App {id: $app_id})
CALL (a) {
  WITH a
  WHERE $code.redirect_uri IN a.redirect_uris AND all(scope IN $code.scopes WHERE scope IN a.scopes)
  MATCH (o:_Owner {id: $owner_id})
  CREATE (c:_AuthorizationCode)-[:OF]->(o)
  CREATE (c)-[:BY]->(a)
  SET c = $code
  CREATE (d:_Audit)
  SET d = $audit
}
RETURN a {.redirect_uris, .scopes} AS app

// plain exchange_code(client_id, secret_hash, code_hash, redirect_uri, challenge, now, kept_from, refresh, access, audit) -> refused, given
// Tokens for a code, which is used up. refused: what of the request is wrong. The first write locks the code, so that of
// two who come with it the second finds it used. The app's coming again with a used code ends what was given for it (RFC
// 6749, section 4.1.2), and every process reads access again. given: user id and scopes. Access tokens that ended before
// kept_from go.
CALL () {
  MATCH (old:_Token)
  WHERE old.expires_at < $kept_from
  WITH old LIMIT 1000
  DETACH DELETE old
}
OPTIONAL MATCH (a:_App {client_id: $client_id})
OPTIONAL MATCH (c:_AuthorizationCode {hash: $code_hash})
FOREACH (code IN CASE WHEN c IS NULL THEN [] ELSE [c] END | SET code.taken = true)
WITH a, c, CASE
  WHEN a IS NULL THEN 'client_id'
  WHEN a.secret_hash <> $secret_hash THEN 'client_secret'
  WHEN c IS NULL OR c.is_used OR c.expires_at <= $now OR NOT EXISTS { (c)-[:BY]->(a) } THEN 'code'
  WHEN c.redirect_uri <> $redirect_uri THEN 'redirect_uri'
  WHEN c.challenge <> coalesce($challenge, '') THEN 'code_verifier'
  END AS refused
FOREACH (code IN CASE WHEN c IS NULL THEN [] ELSE [c] END | REMOVE code.taken)
WITH a, c, refused
OPTIONAL CALL (a, c, refused) {
  WITH a, c
  WHERE refused IS NULL
  MATCH (c)-[:OF]->(o:_Owner)
  CREATE (r:_RefreshToken)-[:OF]->(o)
  CREATE (r)-[:BY]->(a)
  SET r = $refresh, r.scopes = c.scopes
  CREATE (t:_Token)-[:OF]->(o)
  CREATE (t)-[:FROM]->(r)
  SET t = $access, t.scopes = c.scopes, t.app_id = a.id, t.is_super_admin = false
  CREATE (d:_Audit)
  SET d = $audit, d.actor = 'user:' + o.user_id, d.subject = toString(a.id)
  CREATE (c)-[:GAVE]->(r)
  SET c.is_used = true
  RETURN {user_id: o.user_id, scopes: t.scopes} AS given
}
CALL (a, c, refused) {
  WITH a, c
  WHERE refused = 'code' AND EXISTS { (c)-[:BY]->(a) }
  MATCH (c)-[:GAVE]->(r:_RefreshToken)
  MATCH (s:_State {name: 'state'})
  SET s.access_version = s.access_version + 1
  WITH r
  OPTIONAL MATCH (r)<-[:FROM]-(t:_Token)
  DETACH DELETE r, t
}
RETURN refused, given

// plain refresh(client_id, secret_hash, refresh_hash, kept_from, access) -> refused, given
// Another access token for a refresh token, as for exchange_code. The refresh token is locked, so that one that is being
// revoked gives none.
CALL () {
  MATCH (old:_Token)
  WHERE old.expires_at < $kept_from
  WITH old LIMIT 1000
  DETACH DELETE old
}
OPTIONAL MATCH (a:_App {client_id: $client_id})
OPTIONAL MATCH (r:_RefreshToken {hash: $refresh_hash})
FOREACH (token IN CASE WHEN r IS NULL THEN [] ELSE [r] END | SET token:_RefreshToken)
WITH a, r, CASE
  WHEN a IS NULL THEN 'client_id'
  WHEN a.secret_hash <> $secret_hash THEN 'client_secret'
  WHEN r IS NULL OR NOT EXISTS { (r)-[:BY]->(a) } THEN 'refresh_token'
  END AS refused
OPTIONAL CALL (a, r, refused) {
  WITH a, r
  WHERE refused IS NULL
  MATCH (r)-[:OF]->(o:_Owner)
  CREATE (t:_Token)-[:OF]->(o)
  CREATE (t)-[:FROM]->(r)
  SET t = $access, t.scopes = r.scopes, t.app_id = a.id, t.is_super_admin = false
  RETURN {user_id: o.user_id, scopes: t.scopes} AS given
}
RETURN refused, given

// plain access_token(hash, now) -> token
// An access token that OAuth gave and whose time is not over.
OPTIONAL MATCH (t:_Token {hash: $hash})-[:FROM]->(:_RefreshToken)-[:BY]->(a:_App)
WHERE t.expires_at > $now
OPTIONAL MATCH (t)-[:OF]->(o:_Owner)
RETURN CASE WHEN o IS NULL THEN null
            ELSE t {.scopes, .expires_at, app_id: a.id, client_id: a.client_id, user_id: o.user_id, user: o.email} END AS token

// plain refresh_token(hash) -> token
// A refresh token.
OPTIONAL MATCH (r:_RefreshToken {hash: $hash})-[:BY]->(a:_App)
OPTIONAL MATCH (r)-[:OF]->(o:_Owner)
RETURN CASE WHEN o IS NULL THEN null
            ELSE r {.scopes, app_id: a.id, client_id: a.client_id, user_id: o.user_id, user: o.email} END AS token

// plain revoke(hash, client_id, audit) -> found
// A refresh token with the access tokens that it gave, or one access token, refused from now on; only of one client where
// that is given. Every process reads access again.
MATCH (s:_State {name: 'state'})
CALL () {
  OPTIONAL MATCH (r:_RefreshToken {hash: $hash})-[:BY]->(a:_App)
  WHERE $client_id IS NULL OR a.client_id = $client_id
  FOREACH (token IN CASE WHEN r IS NULL THEN [] ELSE [r] END | SET token:_RefreshToken)
  WITH r, a.id AS of_app
  OPTIONAL MATCH (r)<-[:FROM]-(t:_Token)
  RETURN r, of_app, collect(t) AS given
}
CALL () {
  OPTIONAL MATCH (t:_Token {hash: $hash})-[:FROM]->(:_RefreshToken)-[:BY]->(a:_App)
  WHERE $client_id IS NULL OR a.client_id = $client_id
  RETURN collect(t) AS single, head(collect(a.id)) AS of_single
}
WITH s, given + single + CASE WHEN r IS NULL THEN [] ELSE [r] END AS gone, coalesce(of_app, of_single) AS app_id
FOREACH (x IN CASE WHEN size(gone) > 0 THEN [s] ELSE [] END |
  SET x.access_version = x.access_version + 1
  CREATE (d:_Audit)
  SET d = $audit, d.subject = toString(app_id), d.actor = 'app:' + toString(app_id))
FOREACH (token IN gone | DETACH DELETE token)
RETURN size(gone) > 0 AS found

// plain is_client(client_id, secret_hash) -> is_client
// Whether there is an app with that id and secret.
RETURN EXISTS { MATCH (a:_App {client_id: $client_id}) WHERE a.secret_hash = $secret_hash } AS is_client
