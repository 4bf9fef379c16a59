// Sign-in codes and sessions are found by what is stored of them, and removed when their time is over.
CREATE CONSTRAINT sign_in_code_hash IF NOT EXISTS FOR (c:_SignInCode) REQUIRE c.hash IS UNIQUE;
CREATE INDEX sign_in_code_expires_at IF NOT EXISTS FOR (c:_SignInCode) ON (c.expires_at);
CREATE CONSTRAINT session_hash IF NOT EXISTS FOR (s:_Session) REQUIRE s.hash IS UNIQUE;
CREATE INDEX session_expires_at IF NOT EXISTS FOR (s:_Session) ON (s.expires_at);
