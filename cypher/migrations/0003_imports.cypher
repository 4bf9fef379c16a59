// Rows that an import left out are paged in the order in which it met them.
CREATE INDEX row_error_position IF NOT EXISTS FOR (e:_RowError) ON (e.job_id, e.position);
