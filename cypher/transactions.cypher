// plain was_made(transaction_id) -> made
// Whether a write of the transaction was committed: asked when the connection was lost before its answer came. A write
// of records leaves revisions, one of definitions or access an audit; a batch of a job may leave neither, and stands on
// the job until the next one.
RETURN EXISTS { MATCH (:_Revision {transaction_id: $transaction_id}) }
    OR EXISTS { MATCH (:_Audit {transaction_id: $transaction_id}) }
    OR EXISTS { MATCH (:_Job {transaction_id: $transaction_id}) } AS made
