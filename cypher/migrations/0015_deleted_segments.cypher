// Deleted segments are found by when they were deleted, to be purged when nobody can restore them any more.
CREATE INDEX segment_deleted_at IF NOT EXISTS FOR (s:Segment) ON (s.deleted_at);
