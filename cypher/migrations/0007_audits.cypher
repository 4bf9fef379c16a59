// An audit is found by its transaction, as a revision is, when the answer to a change was lost.
CREATE INDEX audit_transaction IF NOT EXISTS FOR (a:_Audit) ON (a.transaction_id);
