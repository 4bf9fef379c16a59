// Rows that an import left out are found by the value that was wrong, so that they can go with the person it names.
CREATE INDEX row_error_value IF NOT EXISTS FOR (e:_RowError) ON (e.value_digest);
