// plain reserve(object_type_id, count) -> end
// Take the next `count` ids of an object type; the last one taken is `end - 1`.
MERGE (c:_Counter {name: $object_type_id})
ON CREATE SET c.next = 1
SET c.next = c.next + $count
RETURN c.next AS end
