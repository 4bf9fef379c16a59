// Owners and tokens are found by their ids; a token by what is stored of it.
CREATE CONSTRAINT owner_id IF NOT EXISTS FOR (o:_Owner) REQUIRE o.id IS UNIQUE;
CREATE CONSTRAINT owner_user_id IF NOT EXISTS FOR (o:_Owner) REQUIRE o.user_id IS UNIQUE;
CREATE INDEX owner_number IF NOT EXISTS FOR (o:_Owner) ON (o.number);
CREATE CONSTRAINT account_id IF NOT EXISTS FOR (a:_Account) REQUIRE a.id IS UNIQUE;
CREATE CONSTRAINT token_hash IF NOT EXISTS FOR (t:_Token) REQUIRE t.hash IS UNIQUE;
CREATE CONSTRAINT token_id IF NOT EXISTS FOR (t:_Token) REQUIRE t.id IS UNIQUE;
