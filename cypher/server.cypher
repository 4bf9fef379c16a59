// plain settings(names) -> settings
// Settings of the server by name: (name, value) of those that it has.
SHOW SETTINGS $names YIELD name, value
RETURN collect([name, value]) AS settings
