// Rows that an import left out are found by what stands anywhere in what is kept of them, so that they can go with the
// person whom it names, also where the cell had more than the person's address.
DROP INDEX row_error_value IF EXISTS;
CREATE TEXT INDEX row_error_text IF NOT EXISTS FOR (e:_RowError) ON (e.folded);
MATCH (e:_RowError)
WHERE e.folded IS NULL
SET e.folded = left(toLower(coalesce(e.value, '') + ' ' + coalesce(e.reason, '')), 8000)
REMOVE e.value_digest;
