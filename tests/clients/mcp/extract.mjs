// Reads an account by the tools of HubSpot's own MCP server, as an assistant would; prints a line for each row.

import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";

const { PATH, HOME, HUBSPOT_URL, HUBSPOT_TOKEN, CUSTOM_NAME } = process.env;
const client = new Client({ name: "tests", version: "1" });
const env = { PATH, HOME, BASE_URL_OVERRIDE: HUBSPOT_URL, PRIVATE_APP_ACCESS_TOKEN: HUBSPOT_TOKEN };
const args = ["node_modules/@hubspot/mcp-server/dist/index.js"];
await client.connect(new StdioClientTransport({ command: process.execPath, args, env }));

const print = (stream, rows) => {
  for (const record of rows) console.log(JSON.stringify({ type: "RECORD", stream, record }));
};

async function call(name, given) {
  const { content, isError } = await client.callTool({ name, arguments: given });
  if (isError) throw new Error(content[0].text);
  return JSON.parse(content.at(-1).text);
}

async function* pages(name, given) {
  let after;
  do {
    const page = await call(name, { ...given, ...(after && { after }) });
    yield page.results;
    after = page.paging?.next?.after;
  } while (after);
}

const schemas = await call("hubspot-get-schemas", {});
const custom = schemas.results.find(({ name }) => name === CUSTOM_NAME).objectType;
const types = {
  contacts: ["lastname", ["companies", "deals", "tickets", custom]],
  companies: ["name"],
  deals: ["dealname", ["contacts", "companies"]],
  tickets: ["subject", ["contacts", "companies"]],
  [custom]: ["note", ["contacts"]],
};
for (const [objectType, [property, associations = []]] of Object.entries(types)) {
  const given = { objectType, properties: [property], associations, limit: 50 };
  for await (const records of pages("hubspot-list-objects", given)) {
    print(objectType, records);
    if (objectType !== "companies") continue;
    for (const { id } of records) {
      const asked = { objectType, objectId: id, toObjectType: "contacts" };
      for await (const rows of pages("hubspot-list-associations", asked)) {
        print("companies_contacts_associations", rows.map(({ toObjectId }) => ({ from_id: id, to_id: String(toObjectId) })));
      }
    }
  }
}
await client.close();
