// How many requests there were in a day is counted in one place.
CREATE CONSTRAINT usage_day IF NOT EXISTS FOR (u:_Usage) REQUIRE u.day IS UNIQUE;
