// plain was_made(transaction_id) -> made
// Whether a write of the transaction was committed: asked when the connection was lost before its answer came.
RETURN EXISTS { MATCH (:_Revision {transaction_id: $transaction_id}) } AS made
