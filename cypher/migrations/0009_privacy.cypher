// Claims of values that name a person have a digest beside their key: it is what stays of the value when the person's data
// was deleted, and the constraint then refuses whoever wants the value again.
CREATE CONSTRAINT claim_digest IF NOT EXISTS FOR (c:_Claim) REQUIRE c.digest IS UNIQUE;
CREATE INDEX former_claim_digest IF NOT EXISTS FOR (c:_FormerClaim) ON (c.digest);
