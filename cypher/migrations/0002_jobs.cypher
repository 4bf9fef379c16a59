// Jobs are found by id, and by state among all that ever ran.
CREATE CONSTRAINT job_id IF NOT EXISTS FOR (j:_Job) REQUIRE j.id IS UNIQUE;
CREATE INDEX job_state IF NOT EXISTS FOR (j:_Job) ON (j.state);
CALL db.awaitIndexes(300);
