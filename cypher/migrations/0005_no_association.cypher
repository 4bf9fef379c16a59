// Stands in a statement for the relationship type of a pair whose associations have no limit or no primary: a hint on an
// index that is not there is an error. No relationship has this type.
CREATE INDEX no_association_sent IF NOT EXISTS FOR ()-[x:`_NO_ASSOCIATION`]-() ON (x.from_id, x.type_id);
CREATE INDEX no_association_received IF NOT EXISTS FOR ()-[x:`_NO_ASSOCIATION`]-() ON (x.to_id, x.type_id);
CREATE CONSTRAINT no_association_one IF NOT EXISTS FOR ()-[x:`_NO_ASSOCIATION`]-() REQUIRE x.one_of IS UNIQUE;
