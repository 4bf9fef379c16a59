// A job is found by the transaction of its last batch, as a revision is, when the answer to the batch was lost.
CREATE INDEX job_transaction IF NOT EXISTS FOR (j:_Job) ON (j.transaction_id);
