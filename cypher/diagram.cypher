// ask counts(node_labels, relationship_types) -> nodes, relationships
// Lists [node label, count] and [relationship type, label of its start, label of its end, count] of what is stored at
// all; of both labels one at least is null. The procedure hands out the count store, so that nothing is scanned and
// nothing is planned anew for other labels: `crm_graph/diagram/counts.py` says what that is worth.
CALL db.stats.retrieve('GRAPH COUNTS') YIELD data
RETURN [each IN data.nodes WHERE each.label IN $node_labels | [each.label, each.count]] AS nodes,
  [
    each IN data.relationships
    WHERE each.relationshipType IN $relationship_types
      AND coalesce(each.startLabel, each.endLabel, $node_labels[0]) IN $node_labels
    | [each.relationshipType, each.startLabel, each.endLabel, each.count]
  ] AS relationships
