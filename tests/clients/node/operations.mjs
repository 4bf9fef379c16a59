// Writes and reads by the official Node client, which refuses every status that its specification has not; prints
// what it made of the answers.

import { Client } from "@hubspot/api-client";

const { HUBSPOT_URL, HUBSPOT_TOKEN, WORD } = process.env;
const { crm } = new Client({ basePath: HUBSPOT_URL, accessToken: HUBSPOT_TOKEN, limiterOptions: { minTime: 0 } });
const answers = {};

const { id } = await crm.contacts.basicApi.create({ properties: { email: `${WORD}@example.com` }, associations: [] });
await crm.contacts.basicApi.update(id, { properties: { lastname: WORD } });
answers.contact = await crm.contacts.basicApi.getById(id, ["lastname", "phone"]);
answers.byEmail = await crm.contacts.basicApi.getById(`${WORD}@example.com`, ["lastname"], [], [], false, "email");
answers.conflict = await crm.contacts.basicApi
  .create({ properties: { email: `${WORD}@example.com` }, associations: [] })
  .catch(({ code, body }) => ({ code, category: body.category }));
const filter = { propertyName: "lastname", operator: "EQ", value: WORD };
answers.search = await crm.contacts.searchApi.doSearch({ filterGroups: [{ filters: [filter] }], properties: ["email"], limit: 10 });

const named = (name) => ({ properties: { name: `${WORD} ${name}` }, associations: [] });
const companies = await crm.companies.batchApi.create({ inputs: ["one", "two", "three"].map(named) });
answers.batchCreate = companies.status;
const byName = companies.results.map(({ id, properties }) => [properties.name, id]).sort();
const [one, three, two] = byName.map((each) => each[1]);
answers.batchUpdate = await crm.companies.batchApi.update({ inputs: [{ id: one, properties: { city: WORD } }] });
answers.batchRead = await crm.companies.batchApi.read({ inputs: [{ id: one }, { id: two }], properties: ["city"], propertiesWithHistory: [] });
answers.merged = await crm.companies.basicApi.merge({ primaryObjectId: one, objectIdToMerge: two });
await crm.companies.batchApi.archive({ inputs: [{ id: three }] });
answers.archived = await crm.companies.basicApi.getById(three).catch(({ code }) => ({ code }));

answers.upsert = await crm.contacts.batchApi.upsert({
  inputs: ["", "new"].map((more) => ({ id: `${WORD}${more}@example.com`, idProperty: "email", properties: { city: WORD } })),
});

const { basicApi, batchApi } = crm.associations.v4;
answers.company = answers.merged.id;
await basicApi.createDefault("contacts", id, "companies", answers.company);
const labelsApi = crm.associations.v4.schema.definitionsApi;
const labelled = await labelsApi.create("contacts", "companies", { name: WORD, label: `Label ${WORD}` });
answers.label = labelled.results[0];
await basicApi.create("contacts", id, "companies", answers.company, [
  { associationCategory: "USER_DEFINED", associationTypeId: answers.label.typeId },
]);
answers.associated = await basicApi.getPage("contacts", id, "companies");
await batchApi.archive("contacts", "companies", { inputs: [{ _from: { id }, to: [{ id: answers.company }] }] });
answers.parted = await basicApi.getPage("contacts", id, "companies");
await labelsApi.remove("contacts", "companies", answers.label.typeId);

const text = { type: "string", fieldType: "text" };
const property = { name: WORD, label: "Old", groupName: "contactinformation", ...text };
await crm.properties.coreApi.create("contacts", property);
await crm.properties.coreApi.update("contacts", WORD, { label: "New" });
answers.property = await crm.properties.coreApi.getByName("contacts", WORD);
await crm.properties.coreApi.archive("contacts", WORD);

const schema = await crm.schemas.coreApi.create({
  name: WORD,
  labels: { singular: WORD, plural: `${WORD}s` },
  primaryDisplayProperty: "note",
  requiredProperties: ["note"],
  properties: [{ name: "note", label: "Note", ...text }],
  associatedObjects: ["CONTACT"],
});
answers.schema = await crm.schemas.coreApi.getById(schema.objectTypeId);
const made = await crm.objects.basicApi.create(schema.fullyQualifiedName, { properties: { note: WORD }, associations: [] });
answers.custom = await crm.objects.basicApi.getById(schema.objectTypeId, made.id, ["note"]);
await crm.objects.basicApi.archive(WORD, made.id);

const stage = (label, isClosed) => ({ label, displayOrder: 0, metadata: { isClosed, probability: isClosed } });
const pipeline = { label: WORD, displayOrder: 5, stages: [stage("Open", "0.0"), stage("Won", "1.0")] };
const { id: pipelineId } = await crm.pipelines.pipelinesApi.create("deals", pipeline);
answers.pipeline = await crm.pipelines.pipelinesApi.getById("deals", pipelineId);
await crm.pipelines.pipelinesApi.archive("deals", pipelineId);

const { list } = await crm.lists.listsApi.create({ name: WORD, objectTypeId: "0-1", processingType: "MANUAL" });
await crm.lists.membershipsApi.add(list.listId, [id]);
answers.members = await crm.lists.membershipsApi.getPage(list.listId);
await crm.lists.listsApi.remove(list.listId);
answers.owners = await crm.owners.ownersApi.getPage(undefined, undefined, 100);
await crm.contacts.basicApi.archive(id);

console.log(JSON.stringify({ ...answers, id, one, two }));
