// Reads an account by the official Node client, page by page; prints a line for each row.

import { Client } from "@hubspot/api-client";

const { HUBSPOT_URL, HUBSPOT_TOKEN, CUSTOM_TYPE } = process.env;
// Left to itself the client waits a ninth of a second before each request.
const limiterOptions = { minTime: 0, maxConcurrent: 4 };
const { crm } = new Client({ basePath: HUBSPOT_URL, accessToken: HUBSPOT_TOKEN, limiterOptions });

const print = (stream, rows) => {
  for (const record of rows) console.log(JSON.stringify({ type: "RECORD", stream, record }));
};

async function* pages(ask) {
  let after;
  do {
    const page = await ask(after);
    yield page.results;
    after = page.paging?.next?.after;
  } while (after);
}

print("contacts", await crm.contacts.getAll(50, undefined, ["lastname"], undefined, ["companies", "deals", "tickets", CUSTOM_TYPE]));
print("companies", await crm.companies.getAll(50, undefined, ["name"]));
print("deals", await crm.deals.getAll(50, undefined, ["dealname"], undefined, ["contacts", "companies"]));
print("tickets", await crm.tickets.getAll(50, undefined, ["subject"], undefined, ["contacts", "companies"]));
const custom = (after) => crm.objects.basicApi.getPage(CUSTOM_TYPE, 50, after, ["note"], undefined, ["contacts"]);
for await (const records of pages(custom)) print(CUSTOM_TYPE, records);

// What is associated comes in pages for each record, and a batch reads those of many at once.
const companies = await crm.companies.getAll(100);
let inputs = companies.map(({ id }) => ({ id }));
while (inputs.length) {
  const { results } = await crm.associations.v4.batchApi.getPage("companies", "contacts", { inputs });
  for (const { _from, to } of results) print("companies_contacts_associations", to.map((each) => ({ from_id: _from.id, to_id: String(each.toObjectId) })));
  inputs = results.filter(({ paging }) => paging?.next).map(({ _from, paging }) => ({ id: _from.id, after: paging.next.after }));
}

let offset = 0;
for (let hasMore = true; hasMore; ) {
  const page = await crm.lists.listsApi.doSearch({ offset, count: 100 });
  print("lists", page.lists);
  ({ offset, hasMore } = page);
  for (const { listId } of page.lists) {
    const members = (after) => crm.lists.membershipsApi.getPage(listId, after, undefined, 100);
    for await (const rows of pages(members)) print("memberships", rows.map(({ recordId }) => ({ listId, recordId })));
  }
}
