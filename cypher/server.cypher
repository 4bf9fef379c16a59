// plain settings(names) -> settings
// Settings of the server by name: (name, value) of those that it has.
SHOW SETTINGS $names YIELD name, value
RETURN collect([name, value]) AS settings

// plain indexes_not_online() -> indexes
// Indexes that are still being filled or could not be: [name, state].
SHOW INDEXES YIELD name, state WHERE state <> 'ONLINE'
RETURN collect([name, state]) AS indexes
