// Segments are found by id and by name, the live ones by having one; members in the order of their ids, or of when they
// came. Followers of the feed each remember how far they have come.
CREATE CONSTRAINT segment_id IF NOT EXISTS FOR (s:Segment) REQUIRE s.id IS UNIQUE;
CREATE CONSTRAINT segment_name_key IF NOT EXISTS FOR (s:Segment) REQUIRE s.name_key IS UNIQUE;
CREATE INDEX segment_live_of IF NOT EXISTS FOR (s:Segment) ON (s.live_of);
CREATE INDEX segment_folder IF NOT EXISTS FOR (s:Segment) ON (s.folder_id);
CREATE CONSTRAINT segment_folder_id IF NOT EXISTS FOR (f:_SegmentFolder) REQUIRE f.id IS UNIQUE;
CREATE CONSTRAINT in_segment IF NOT EXISTS FOR ()-[m:IN_SEGMENT]-() REQUIRE (m.segment_id, m.record_id) IS UNIQUE;
CREATE INDEX in_segment_since IF NOT EXISTS FOR ()-[m:IN_SEGMENT]-() ON (m.segment_id, m.since, m.record_id);
CREATE INDEX in_segment_past_until IF NOT EXISTS FOR ()-[m:IN_SEGMENT_PAST]-() ON (m.segment_id, m.until);
CREATE CONSTRAINT follower_name IF NOT EXISTS FOR (f:_Follower) REQUIRE f.name IS UNIQUE;
