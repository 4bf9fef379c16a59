// plain settings(names) -> settings
// Settings of the server by name: (name, value) of those that it has.
SHOW SETTINGS $names YIELD name, value
RETURN collect([name, value]) AS settings

// plain indexes(names) -> indexes
// Indexes by name: (name, state, whether it is the index of a constraint) of those that there are.
SHOW INDEXES YIELD name, state, owningConstraint WHERE name IN $names
RETURN collect([name, state, owningConstraint IS NOT NULL]) AS indexes
