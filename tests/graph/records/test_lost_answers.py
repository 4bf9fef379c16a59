"""What is known of a write whose answer was lost with the connection."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, wait

from crm_graph.crm import Crm


def test_a_write_that_is_still_running_is_waited_for(crm: Crm) -> None:
    transaction_id = crm.clock.new_id()
    with ThreadPoolExecutor(1) as pool, crm.graph.driver.session() as session:
        with session.begin_transaction(metadata={"id": transaction_id}) as running:
            running.run("CREATE (:_Revision {transaction_id: $id})", id=transaction_id).consume()
            was_made = pool.submit(crm.graph.was_made, transaction_id)
            wait([was_made], 0.5)
            running.commit()
        assert was_made.result() is True
