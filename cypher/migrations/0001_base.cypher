// What every account has from its first start. Each statement may run twice, and by two processes at once.
CREATE CONSTRAINT state_name IF NOT EXISTS FOR (s:_State) REQUIRE s.name IS UNIQUE;
CREATE CONSTRAINT migration_name IF NOT EXISTS FOR (m:_Migration) REQUIRE m.name IS UNIQUE;
CREATE CONSTRAINT counter_name IF NOT EXISTS FOR (c:_Counter) REQUIRE c.name IS UNIQUE;
CREATE CONSTRAINT record_key IF NOT EXISTS FOR (r:Record) REQUIRE r._key IS UNIQUE;
CREATE CONSTRAINT claim_key IF NOT EXISTS FOR (c:_Claim) REQUIRE c.key IS UNIQUE;
CREATE CONSTRAINT revision_version IF NOT EXISTS FOR (v:_Revision) REQUIRE (v.record_key, v.version) IS UNIQUE;
CREATE INDEX revision_at IF NOT EXISTS FOR (v:_Revision) ON (v.record_key, v.at);
CREATE INDEX revision_transaction IF NOT EXISTS FOR (v:_Revision) ON (v.transaction_id);
CREATE CONSTRAINT revision_seq IF NOT EXISTS FOR (v:_Revision) REQUIRE v.seq IS UNIQUE;
CREATE INDEX pending_at IF NOT EXISTS FOR (v:_Pending) ON (v.at);
CREATE CONSTRAINT feed_name IF NOT EXISTS FOR (f:_Feed) REQUIRE f.name IS UNIQUE;
CREATE CONSTRAINT object_type_key IF NOT EXISTS FOR (d:_ObjectType) REQUIRE d.key IS UNIQUE;
CREATE CONSTRAINT property_key IF NOT EXISTS FOR (d:_Property) REQUIRE d.key IS UNIQUE;
CREATE CONSTRAINT group_key IF NOT EXISTS FOR (d:_Group) REQUIRE d.key IS UNIQUE;
CREATE CONSTRAINT pipeline_key IF NOT EXISTS FOR (d:_Pipeline) REQUIRE d.key IS UNIQUE;
CREATE CONSTRAINT pair_key IF NOT EXISTS FOR (d:_AssociationPair) REQUIRE d.key IS UNIQUE;
CREATE CONSTRAINT association_type_key IF NOT EXISTS FOR (d:_AssociationType) REQUIRE d.key IS UNIQUE;
CREATE INDEX audit_at IF NOT EXISTS FOR (a:_Audit) ON (a.at);
CREATE INDEX audit_subject IF NOT EXISTS FOR (a:_Audit) ON (a.subject);
CREATE FULLTEXT INDEX record_text IF NOT EXISTS FOR (r:Record) ON EACH [r._text, r._kind]
OPTIONS {indexConfig: {`fulltext.eventually_consistent`: true}};
MERGE (s:_State {name: 'state'}) ON CREATE SET s.model_version = 1, s.access_version = 1;
MERGE (f:_Feed {name: 'feed'}) ON CREATE SET f.seq = 0;
