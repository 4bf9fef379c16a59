// Calls tools of HubSpot's own MCP server, one after the other; prints the names of all tools and each answer.

import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";

const { PATH, HOME, HUBSPOT_URL, HUBSPOT_TOKEN, CALLS } = process.env;
const client = new Client({ name: "tests", version: "1" });
const env = { PATH, HOME, BASE_URL_OVERRIDE: HUBSPOT_URL, PRIVATE_APP_ACCESS_TOKEN: HUBSPOT_TOKEN };
const args = ["node_modules/@hubspot/mcp-server/dist/index.js"];
await client.connect(new StdioClientTransport({ command: process.execPath, args, env }));

const { tools } = await client.listTools();
const answers = [];
for (const [name, given] of JSON.parse(CALLS)) {
  const { content, isError = false } = await client.callTool({ name, arguments: given });
  answers.push({ isError, text: content.map(({ text }) => text).join("\n") });
}
await client.close();
console.log(JSON.stringify({ tools: tools.map(({ name }) => name), answers }));
