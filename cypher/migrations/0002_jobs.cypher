// Jobs are found by id, by state among all that ever ran, and the newest first.
CREATE CONSTRAINT job_id IF NOT EXISTS FOR (j:_Job) REQUIRE j.id IS UNIQUE;
CREATE INDEX job_state IF NOT EXISTS FOR (j:_Job) ON (j.state);
CREATE INDEX job_created IF NOT EXISTS FOR (j:_Job) ON (j.created_at);
