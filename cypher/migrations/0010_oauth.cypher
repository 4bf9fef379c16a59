// Apps, and what OAuth gives them, are found by what is stored of their secrets, and removed when their time is over.
CREATE CONSTRAINT app_id IF NOT EXISTS FOR (a:_App) REQUIRE a.id IS UNIQUE;
CREATE CONSTRAINT app_client_id IF NOT EXISTS FOR (a:_App) REQUIRE a.client_id IS UNIQUE;
CREATE CONSTRAINT authorization_code_hash IF NOT EXISTS FOR (c:_AuthorizationCode) REQUIRE c.hash IS UNIQUE;
CREATE INDEX authorization_code_expires_at IF NOT EXISTS FOR (c:_AuthorizationCode) ON (c.expires_at);
CREATE CONSTRAINT refresh_token_hash IF NOT EXISTS FOR (r:_RefreshToken) REQUIRE r.hash IS UNIQUE;
CREATE INDEX token_expires_at IF NOT EXISTS FOR (t:_Token) ON (t.expires_at);
