// Every method of npm dynamics-web-api, with every option that changes the request.

import { createRequire } from "node:module";
import { createServer } from "node:http";
import { join } from "node:path";
import { TOKEN, URL_, check, refused, same, sure, until } from "./checks.mjs";

const require = createRequire(join(process.env.CONFORMANCE_NPM, "package.json"));
const { DynamicsWebApi } = require("dynamics-web-api");
const config = { serverUrl: URL_ + "/", dataApi: { version: "9.2" }, onTokenRefresh: async () => TOKEN };
const api = new DynamicsWebApi(config);
const label = (text) => ({ "@odata.type": "Microsoft.Dynamics.CRM.Label",
  LocalizedLabels: [{ "@odata.type": "Microsoft.Dynamics.CRM.LocalizedLabel", Label: text, LanguageCode: 1033 }] });
const NS = "Microsoft.Dynamics.CRM.";
const ABSENT = "00000000-0000-0000-0000-00000000abcd";
const guid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

let account, contact, me;

// ---- create, retrieve, update ------------------------------------------------------------------

await check("create gives the id", async () => {
  account = await api.create({ collection: "accounts", data: { name: "Dwa One", revenue: 1000.5, numberofemployees: 7 } });
  sure(guid.test(account), `no id: ${account}`);
});
await check("create, returnRepresentation and select", async () => {
  const row = await api.create({ collection: "accounts", data: { name: "Dwa Two" }, returnRepresentation: true, select: ["name"] });
  same([row.name, guid.test(row.accountid), "revenue" in row], ["Dwa Two", true, false]);
});
await check("create, includeAnnotations", async () => {
  const row = await api.create({ collection: "accounts", data: { name: "Dwa Three", industrycode: 1 }, returnRepresentation: true,
    includeAnnotations: "OData.Community.Display.V1.FormattedValue" });
  same([typeof row.industrycode_Formatted, row.industrycode], ["string", 1]);
});
await check("create with nested rows, and expand of them", async () => {
  const row = await api.create({ collection: "accounts", returnRepresentation: true, select: ["name"],
    expand: [{ property: "primarycontactid", select: ["fullname"] }],
    data: { name: "Dwa Deep", primarycontactid: { firstname: "Dee", lastname: "Deep", Contact_Tasks: [{ subject: "Call" }] } } });
  contact = row.primarycontactid.contactid;
  same(row.primarycontactid.fullname, "Dee Deep");
  const tasks = await api.retrieve({ collection: "contacts", key: contact, navigationProperty: "Contact_Tasks", select: ["subject"] });
  same(tasks.value.map((task) => task.subject), ["Call"]);
});
await check("create with a bound lookup, characters beyond ASCII", async () => {
  const row = await api.create({ collection: "accounts", returnRepresentation: true,
    data: { name: "Dẅä – 中文 🙂", "primarycontactid@odata.bind": `/contacts(${contact})` } });
  same([row.name, row._primarycontactid_value], ["Dẅä – 中文 🙂", contact]);
});
await check("create, duplicateDetection and bypassCustomPluginExecution, tag, headers, noCache", async () => {
  const id = await api.create({ collection: "accounts", data: { name: "Dwa Headers" }, duplicateDetection: true,
    bypassCustomPluginExecution: true, tag: "conformance", headers: { "x-custom": "1" }, noCache: true, timeout: 30000 });
  sure(guid.test(id), id);
});
await check("create, a column that is not there is refused", async () => {
  await refused(400, api.create({ collection: "accounts", data: { nosuchcolumn: 1 } }));
});
await check("retrieve by id with select and annotations", async () => {
  const row = await api.retrieve({ collection: "accounts", key: account, select: ["name", "revenue", "_ownerid_value"], includeAnnotations: "*" });
  same([row.name, row.revenue, guid.test(row._ownerid_value), typeof row._ownerid_value_Formatted, row._ownerid_value_LogicalName],
    ["Dwa One", 1000.5, true, "string", "systemuser"]);
  sure(row.revenue_Formatted.includes("1,000.50"), row.revenue_Formatted);
  sure(row.oDataContext.includes("$metadata#accounts(name,revenue,_ownerid_value)/$entity"), row.oDataContext);
});
await check("retrieve, expand with every option", async () => {
  const row = await api.retrieve({ collection: "contacts", key: contact, select: ["fullname"], expand: [
    { property: "account_primary_contact", select: ["name"], filter: "startswith(name,'Dwa')", orderBy: ["name desc"], top: 1 },
    { property: "ownerid" } ] });
  same(row.account_primary_contact.map((one) => one.name), ["Dwa Deep"]);
});
await check("retrieve, nested expand", async () => {
  const row = await api.retrieve({ collection: "contacts", key: contact, select: ["fullname"], expand: [
    { property: "account_primary_contact", select: ["name"], expand: [{ property: "primarycontactid", select: ["lastname"] }] } ] });
  same(row.account_primary_contact[0].primarycontactid.lastname, "Deep");
});
await check("retrieve, navigationProperty single-valued", async () => {
  const deep = (await api.retrieveMultiple({ collection: "accounts", filter: "name eq 'Dwa Deep'" })).value[0].accountid;
  const row = await api.retrieve({ collection: "accounts", key: deep, navigationProperty: "primarycontactid", select: ["lastname"] });
  same(row.lastname, "Deep");
});
await check("retrieve, select with a reference", async () => {
  const row = await api.retrieve({ collection: "contacts", key: contact, select: ["/account_primary_contact/$ref"] });
  sure(row.value.length >= 1 && row.value[0]["@odata.id"].includes("accounts("), JSON.stringify(row));
});
await check("retrieve, select of one property", async () => {
  const row = await api.retrieve({ collection: "contacts", key: contact, select: ["/lastname"] });
  same(row.value, "Deep");
});
await check("retrieve, ifnonematch gives nothing when unchanged", async () => {
  const row = await api.retrieve({ collection: "accounts", key: account, select: ["name"] });
  same(await api.retrieve({ collection: "accounts", key: account, select: ["name"], ifnonematch: row["@odata.etag"] }) ?? null, null);
});
await check("retrieve, ifmatch", async () => {
  const row = await api.retrieve({ collection: "accounts", key: account, select: ["name"] });
  same((await api.retrieve({ collection: "accounts", key: account, select: ["name"], ifmatch: row["@odata.etag"] })).name, "Dwa One");
});
await check("retrieve, what is not there is 404 with the platform's code", async () => {
  const error = await refused(404, api.retrieve({ collection: "accounts", key: ABSENT }));
  same(error.code, "0x80040217");
});
await check("update", async () => {
  await api.update({ collection: "accounts", key: account, data: { telephone1: "555-1" } });
  same((await api.retrieve({ collection: "accounts", key: account, select: ["telephone1"] })).telephone1, "555-1");
});
await check("update, returnRepresentation, select and annotations", async () => {
  const row = await api.update({ collection: "accounts", key: account, data: { telephone1: "555-2" }, returnRepresentation: true,
    select: ["telephone1", "statecode"], includeAnnotations: "*" });
  same([row.telephone1, row.statecode_Formatted], ["555-2", "Active"]);
});
await check("update does not create", async () => {
  await refused(404, api.update({ collection: "accounts", key: ABSENT, data: { name: "no" } }));
});
await check("update, ifmatch with an old etag gives false", async () => {
  const row = await api.retrieve({ collection: "accounts", key: account, select: ["name"] });
  await api.update({ collection: "accounts", key: account, data: { telephone1: "555-3" } });
  same(await api.update({ collection: "accounts", key: account, data: { telephone1: "555-4" }, ifmatch: row["@odata.etag"] }), false);
});
await check("update, ifmatch with the etag", async () => {
  const row = await api.retrieve({ collection: "accounts", key: account, select: ["name"] });
  const after = await api.update({ collection: "accounts", key: account, data: { telephone1: "555-5" }, ifmatch: row["@odata.etag"], returnRepresentation: true });
  same(after.telephone1, "555-5");
});
await check("updateSingleProperty", async () => {
  await api.updateSingleProperty({ collection: "accounts", key: account, fieldValuePair: { fax: "555-6" } });
  same((await api.retrieve({ collection: "accounts", key: account, select: ["fax"] })).fax, "555-6");
});
await check("updateSingleProperty, with a reference", async () => {
  await api.updateSingleProperty({ collection: "accounts", key: account, fieldValuePair: { "primarycontactid@odata.bind": `/contacts(${contact})` } }).catch((e) => { if (e.status !== 400) throw e; });
});
await check("deleteRecord, property", async () => {
  await api.deleteRecord({ collection: "accounts", key: account, property: "fax" });
  same((await api.retrieve({ collection: "accounts", key: account, select: ["fax"] })).fax, null);
});
await check("deleteRecord, ifmatch with an old etag gives false", async () => {
  const id = await api.create({ collection: "accounts", data: { name: "Dwa Gone" } });
  same(await api.deleteRecord({ collection: "accounts", key: id, ifmatch: 'W/"1"' }), false);
  const { "@odata.etag": etag } = await api.retrieve({ collection: "accounts", key: id, select: ["name"] });
  await api.deleteRecord({ collection: "accounts", key: id, ifmatch: etag });
  await refused(404, api.retrieve({ collection: "accounts", key: id }));
});
await check("deleteRecord", async () => {
  const id = await api.create({ collection: "accounts", data: { name: "Dwa Gone" } });
  await api.deleteRecord({ collection: "accounts", key: id });
  await refused(404, api.deleteRecord({ collection: "accounts", key: id }));
});

// ---- upsert ------------------------------------------------------------------------------------

const upserted = crypto.randomUUID();
await check("upsert creates and gives the id", async () => {
  same(await api.upsert({ collection: "accounts", key: upserted, data: { name: "Upsert" } }), upserted);
});
await check("upsert updates", async () => {
  const row = await api.upsert({ collection: "accounts", key: upserted, data: { name: "Upsert 2" }, returnRepresentation: true, select: ["name"] });
  same(row.name, "Upsert 2");
});
await check("upsert, ifmatch * prevents a create", async () => {
  same(await api.upsert({ collection: "accounts", key: ABSENT, data: { name: "no" }, ifmatch: "*" }), null);
});
await check("upsert, ifmatch * updates", async () => {
  const row = await api.upsert({ collection: "accounts", key: upserted, data: { name: "Upsert 3" }, ifmatch: "*", returnRepresentation: true });
  same(row.name, "Upsert 3");
});
await check("upsert, ifnonematch * prevents an update", async () => {
  same(await api.upsert({ collection: "accounts", key: upserted, data: { name: "no" }, ifnonematch: "*" }), null);
});
await check("upsert, ifnonematch * creates", async () => {
  const id = crypto.randomUUID();
  const row = await api.upsert({ collection: "accounts", key: id, data: { name: "Upsert 4" }, ifnonematch: "*", returnRepresentation: true, includeAnnotations: "*" });
  same([row.accountid, row.statecode_Formatted], [id, "Active"]);
});
await check("upsert, duplicateDetection, bypass, expand", async () => {
  const row = await api.upsert({ collection: "accounts", key: upserted, data: { name: "Upsert 5" }, duplicateDetection: true,
    bypassCustomPluginExecution: true, returnRepresentation: true, expand: [{ property: "primarycontactid", select: ["fullname"] }] });
  same(row.name, "Upsert 5");
});

// ---- queries -----------------------------------------------------------------------------------

await check("retrieveMultiple, select, filter, orderBy, top", async () => {
  for (let i = 0; i < 12; i++) await api.create({ collection: "contacts", data: { firstname: `F${i % 3}`, lastname: `Page ${String(i).padStart(2, "0")}`, annualincome: i * 10 } });
  const page = await api.retrieveMultiple({ collection: "contacts", select: ["lastname"], filter: "startswith(lastname,'Page')", orderBy: ["lastname desc"], top: 2 });
  same(page.value.map((row) => row.lastname), ["Page 11", "Page 10"]);
});
await check("retrieveMultiple, count", async () => {
  const page = await api.retrieveMultiple({ collection: "contacts", select: ["lastname"], filter: "startswith(lastname,'Page')", count: true });
  same(page.oDataCount, 12);
});
await check("retrieveMultiple, maxPageSize and next links", async () => {
  let page = await api.retrieveMultiple({ collection: "contacts", select: ["lastname"], filter: "startswith(lastname,'Page')", orderBy: ["lastname"], maxPageSize: 5 });
  const sizes = [page.value.length];
  const request = { collection: "contacts", maxPageSize: 5 };
  while (page.oDataNextLink) { page = await api.retrieveMultiple(request, page.oDataNextLink); sizes.push(page.value.length); }
  same(sizes, [5, 5, 2]);
});
await check("retrieveMultiple, expand, annotations, guids in braces and quotes", async () => {
  const page = await api.retrieveMultiple({ collection: "accounts", select: ["name"], includeAnnotations: "*",
    filter: `primarycontactid/contactid eq '{${contact.toUpperCase()}}'`, expand: [{ property: "primarycontactid", select: ["fullname"] }] });
  sure(page.value.length >= 1 && page.value.every((row) => row.primarycontactid.fullname === "Dee Deep"), JSON.stringify(page.value));
  sure("@Microsoft.Dynamics.CRM.totalrecordcount" in page, Object.keys(page).join());
});
await check("retrieveMultiple, query functions", async () => {
  const page = await api.retrieveMultiple({ collection: "contacts", select: ["lastname"],
    filter: `${NS}In(PropertyName='lastname',PropertyValues=['Page 01','Page 02'])` });
  same(page.value.length, 2);
});
await check("retrieveMultiple, lambda", async () => {
  const page = await api.retrieveMultiple({ collection: "contacts", select: ["lastname"], filter: "account_primary_contact/any(a:a/name eq 'Dwa Deep')" });
  same(page.value.map((row) => row.lastname), ["Deep"]);
});
await check("retrieveMultiple, apply", async () => {
  const page = await api.retrieveMultiple({ collection: "contacts",
    apply: "filter(startswith(lastname,'Page'))/groupby((firstname),aggregate(annualincome with sum as total,$count as n))" });
  same(page.value.map((row) => [row.firstname, row.total, row.n]).sort(), [["F0", 180, 4], ["F1", 220, 4], ["F2", 260, 4]]);
});
await check("retrieveMultiple, trackChanges and the delta link", async () => {
  const entity = await api.retrieveEntity({ key: "LogicalName='contact'" });
  if (!entity.ChangeTrackingEnabled) await api.updateEntity({ data: { ...entity, ChangeTrackingEnabled: true } });
  const page = await api.retrieveMultiple({ collection: "contacts", select: ["lastname"], trackChanges: true });
  sure(page.oDataDeltaLink, "no delta link");
  const id = await api.create({ collection: "contacts", data: { lastname: "Delta" } });
  const changes = await api.retrieveMultiple({ collection: "contacts" }, page.oDataDeltaLink);
  same(changes.value.map((row) => row.contactid), [id]);
});
await check("retrieveMultiple, queryParams and aliases", async () => {
  const page = await api.retrieveMultiple({ collection: "contacts", select: ["lastname"], filter: "lastname eq @p1", queryParams: ["@p1='Page 03'"] });
  same(page.value.length, 1);
});
await check("retrieveMultiple, an address beyond 2000 characters goes as a batch", async () => {
  const names = Array.from({ length: 200 }, (_, i) => `lastname eq 'Page ${i}'`).join(" or ");
  const page = await api.retrieveMultiple({ collection: "contacts", select: ["lastname"], filter: `(${names})` });
  same(page.value.map((row) => row.lastname).sort(), ["Page 10", "Page 11"]);
});
await check("retrieveMultiple, what is wrong is refused", async () => {
  const error = await refused(400, api.retrieveMultiple({ collection: "contacts", select: ["nosuchcolumn"] }));
  sure(error.message.includes("nosuchcolumn"), error.message);
});
await check("retrieveAll", async () => {
  const all = await api.retrieveAll({ collection: "contacts", select: ["lastname"], filter: "startswith(lastname,'Page')", maxPageSize: 5 });
  same(all.value.length, 12);
});
await check("count", async () => same(await api.count({ collection: "contacts", filter: "startswith(lastname,'Page')" }), 12));
await check("count without a filter", async () => sure((await api.count({ collection: "contacts" })) >= 13, "too few"));
await check("countAll", async () => same(await api.countAll({ collection: "contacts", filter: "startswith(lastname,'Page')", select: ["lastname"] }), 12));

const fetchXml = `<fetch mapping="logical"><entity name="contact"><attribute name="lastname"/><order attribute="lastname"/>
  <filter><condition attribute="lastname" operator="like" value="Page%"/></filter></entity></fetch>`;
await check("fetch", async () => same((await api.fetch({ collection: "contacts", fetchXml })).value.length, 12));
await check("fetch, a page and its cookie", async () => {
  const paged = fetchXml.replace("<fetch ", '<fetch count="5" ');
  const first = await api.fetch({ collection: "contacts", fetchXml: paged, pageNumber: 1, includeAnnotations: "*" });
  same([first.value.length, first.PagingInfo?.nextPage], [5, 2]);
  const second = await api.fetch({ collection: "contacts", fetchXml: paged, pageNumber: 2, pagingCookie: first.PagingInfo.cookie, includeAnnotations: "*" });
  same(second.value.map((row) => row.lastname), ["Page 05", "Page 06", "Page 07", "Page 08", "Page 09"]);
  const third = await api.fetch({ collection: "contacts", fetchXml: paged, pageNumber: 3, pagingCookie: second.PagingInfo.cookie, includeAnnotations: "*" });
  same([third.value.length, third.PagingInfo], [2, undefined]);
});
await check("fetchAll", async () => {
  same((await api.fetchAll({ collection: "contacts", fetchXml: fetchXml.replace("<fetch ", '<fetch count="5" '), includeAnnotations: "*" })).value.length, 12);
});
await check("fetch, linked tables and aliases", async () => {
  const found = await api.fetch({ collection: "accounts", includeAnnotations: "*", fetchXml: `<fetch><entity name="account"><attribute name="name"/>
    <link-entity name="contact" from="contactid" to="primarycontactid" alias="c"><attribute name="fullname"/><filter><condition attribute="lastname" operator="eq" value="Deep"/></filter></link-entity>
    <filter><condition attribute="name" operator="eq" value="Dwa Deep"/></filter></entity></fetch>` });
  same(found.value[0]["c.fullname"] ?? found.value[0].c_fullname, "Dee Deep");
});
await check("fetch, aggregates", async () => {
  const found = await api.fetch({ collection: "contacts", fetchXml: `<fetch aggregate="true"><entity name="contact"><attribute name="contactid" alias="n" aggregate="count"/>
    <attribute name="firstname" alias="f" groupby="true"/><filter><condition attribute="lastname" operator="like" value="Page%"/></filter></entity></fetch>` });
  same(found.value.map((row) => [row.f, row.n]).sort(), [["F0", 4], ["F1", 4], ["F2", 4]]);
});
await check("fetch, white space before the element", async () => same((await api.fetch({ collection: "contacts", fetchXml: "\n  " + fetchXml })).value.length, 12));

// ---- links -------------------------------------------------------------------------------------

await check("associate and disassociate, one to many", async () => {
  await api.associate({ collection: "accounts", primaryKey: account, relationshipName: "contact_customer_accounts", relatedCollection: "contacts", relatedKey: contact });
  const linked = () => api.retrieve({ collection: "accounts", key: account, navigationProperty: "contact_customer_accounts", select: ["lastname"] });
  same((await linked()).value.map((row) => row.lastname), ["Deep"]);
  await api.disassociate({ collection: "accounts", primaryKey: account, relationshipName: "contact_customer_accounts", relatedKey: contact });
  same((await linked()).value.length, 0);
});
await check("associate and disassociate, many to many", async () => {
  me = (await api.callFunction("WhoAmI")).UserId;
  const unit = (await api.callFunction("WhoAmI")).BusinessUnitId;
  const role = await api.create({ collection: "roles", data: { name: "Dwa Role", "businessunitid@odata.bind": `/businessunits(${unit})` } });
  await api.associate({ collection: "systemusers", primaryKey: me, relationshipName: "systemuserroles_association", relatedCollection: "roles", relatedKey: role });
  const roles = await api.retrieve({ collection: "systemusers", key: me, select: ["fullname"], expand: [{ property: "systemuserroles_association", select: ["name"] }] });
  sure(roles.systemuserroles_association.some((one) => one.name === "Dwa Role"), "not linked");
  await refused(412, api.associate({ collection: "systemusers", primaryKey: me, relationshipName: "systemuserroles_association", relatedCollection: "roles", relatedKey: role }));
  await api.disassociate({ collection: "systemusers", primaryKey: me, relationshipName: "systemuserroles_association", relatedKey: role });
  await api.deleteRecord({ collection: "roles", key: role });
});
await check("associateSingleValued and disassociateSingleValued", async () => {
  await api.associateSingleValued({ collection: "accounts", primaryKey: account, navigationProperty: "primarycontactid", relatedCollection: "contacts", relatedKey: contact });
  const value = async () => (await api.retrieve({ collection: "accounts", key: account, select: ["_primarycontactid_value"] }))._primarycontactid_value;
  same(await value(), contact);
  await api.disassociateSingleValued({ collection: "accounts", primaryKey: account, navigationProperty: "primarycontactid" });
  same(await value(), null);
});

// ---- functions and actions ---------------------------------------------------------------------

await check("callFunction, unbound by name", async () => sure(guid.test((await api.callFunction("WhoAmI")).OrganizationId), "no organization"));
await check("callFunction, unbound with parameters", async () => {
  const address = await api.callFunction({ name: "FormatAddress", parameters: { Line1: "1 Main St", City: "Town", StateOrProvince: "WA", PostalCode: "98052", Country: "US" } });
  sure(address.Address.includes("1 Main St"), JSON.stringify(address));
});
await check("callFunction, unbound with a list", async () => {
  const counts = await api.callFunction({ name: "RetrieveTotalRecordCount", parameters: { EntityNames: ["account", "contact"] } });
  same(counts.EntityRecordCountCollection.Keys.sort(), ["account", "contact"]);
});
await check("callFunction, bound", async () => {
  const access = await api.callFunction({ name: `${NS}RetrievePrincipalAccess`, collection: "systemusers", key: me, parameters: { Target: { "@odata.id": `accounts(${account})` } } });
  sure(access.AccessRights.includes("ReadAccess"), access.AccessRights);
});
await check("callFunction, bound without parameters", async () => {
  const privileges = await api.callFunction({ name: `${NS}RetrieveUserPrivileges`, collection: "systemusers", key: me });
  sure(privileges.RolePrivileges.length > 100, "few privileges");
});
await check("callAction, unbound", async () => {
  const other = (await api.retrieveMultiple({ collection: "systemusers", select: ["fullname"], filter: `systemuserid ne ${me}`, top: 1 })).value[0]?.systemuserid ?? me;
  await api.callAction({ actionName: "GrantAccess", action: { Target: { accountid: account, "@odata.type": `${NS}account` },
    PrincipalAccess: { AccessMask: "ReadAccess", Principal: { systemuserid: other, "@odata.type": `${NS}systemuser` } } } });
});
await check("callAction, bound", async () => {
  const unit = (await api.callFunction("WhoAmI")).BusinessUnitId;
  const team = await api.create({ collection: "teams", data: { name: "Dwa Team", teamtype: 0, "businessunitid@odata.bind": `/businessunits(${unit})`, "administratorid@odata.bind": `/systemusers(${me})` } });
  await api.callAction({ collection: "teams", key: team, actionName: `${NS}AddMembersTeam`, action: { Members: [{ systemuserid: me, "@odata.type": `${NS}systemuser` }] } });
  const members = await api.retrieve({ collection: "teams", key: team, navigationProperty: "teammembership_association", select: ["fullname"] });
  same(members.value.length, 1);
});
await check("callAction, CreateMultiple and UpdateMultiple", async () => {
  const made = await api.callAction({ collection: "accounts", actionName: `${NS}CreateMultiple`, action: { Targets: [1, 2, 3].map((n) => ({ "@odata.type": `${NS}account`, name: `Multi ${n}` })) } });
  same(made.Ids.length, 3);
  await api.callAction({ collection: "accounts", actionName: `${NS}UpdateMultiple`, action: { Targets: made.Ids.map((accountid) => ({ "@odata.type": `${NS}account`, accountid, fax: "9" })) } });
  same(await api.count({ collection: "accounts", filter: "fax eq '9'" }), 3);
});
let operation;
await check("callAction, respondAsync with a callback, and getBackgroundOperationStatus", async () => {
  const calls = [];
  const server = createServer((request, response) => { request.resume(); request.on("end", () => { calls.push(request.method); response.end(); }); }).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.on("listening", resolve));
  try {
    const started = await api.callAction({ actionName: "PublishAllXml", respondAsync: true, backgroundOperationCallbackUrl: `http://127.0.0.1:${server.address().port}/done` });
    operation = started.backgroundOperationId;
    sure(guid.test(operation) && started.location.includes(operation), JSON.stringify(started));
    const status = await until(async () => { const one = await api.getBackgroundOperationStatus(operation); return one.backgroundOperationStateCode === 2 && one; });
    same(status.backgroundOperationStatusCode, 30);
  } finally { server.close(); }
});
await check("cancelBackgroundOperation of one that is over is refused or answered", async () => {
  try { await api.cancelBackgroundOperation(operation); } catch (error) { sure(error.status < 500, error.message); }
});

// ---- batch -------------------------------------------------------------------------------------

await check("executeBatch, a change set with references", async () => {
  api.startBatch();
  api.create({ collection: "contacts", data: { lastname: "Batch" }, contentId: "1" });
  api.create({ collection: "accounts", data: { name: "Batch", "primarycontactid@odata.bind": "$1" }, contentId: "2" });
  api.update({ contentId: "$1", data: { firstname: "B" } });
  const made = await api.executeBatch();
  sure(guid.test(made[0]) && guid.test(made[1]), JSON.stringify(made));
  const row = await api.retrieve({ collection: "accounts", key: made[1], select: ["name"], expand: [{ property: "primarycontactid", select: ["fullname"] }] });
  same(row.primarycontactid.fullname, "B Batch");
});
await check("executeBatch, reads and writes together", async () => {
  api.startBatch();
  api.retrieveMultiple({ collection: "contacts", select: ["lastname"], filter: "startswith(lastname,'Page')", top: 3 });
  api.create({ collection: "contacts", data: { lastname: "Mixed" }, returnRepresentation: true });
  api.retrieve({ collection: "contacts", key: contact, select: ["lastname"], includeAnnotations: "*" });
  api.count({ collection: "contacts", filter: "startswith(lastname,'Page')" });
  const [many, made, one, number] = await api.executeBatch();
  same([many.value.length, made.lastname, one.lastname, number], [3, "Mixed", "Deep", 12]);
});
await check("executeBatch, associations by content id", async () => {
  api.startBatch();
  api.create({ collection: "accounts", data: { name: "Assoc" }, contentId: "1" });
  api.create({ collection: "contacts", data: { lastname: "Assoc" }, contentId: "2" });
  api.associateSingleValued({ contentId: "$1", navigationProperty: "primarycontactid", relatedKey: "$2" });
  api.associate({ contentId: "$1", relationshipName: "contact_customer_accounts", relatedKey: "$2" });
  const made = await api.executeBatch();
  const row = await api.retrieve({ collection: "accounts", key: made[0], select: ["name"], expand: [{ property: "primarycontactid", select: ["lastname"] }, { property: "contact_customer_accounts", select: ["lastname"] }] });
  same([row.primarycontactid.lastname, row.contact_customer_accounts.length], ["Assoc", 1]);
});
await check("executeBatch, without change sets: each part for itself, and no references", async () => {
  api.startBatch();
  api.create({ collection: "contacts", data: { lastname: "Loose 1" }, inChangeSet: false });
  api.create({ collection: "contacts", data: { lastname: "Loose 2" }, inChangeSet: false });
  const made = await api.executeBatch();
  sure(guid.test(made[0]) && guid.test(made[1]), JSON.stringify(made));
  api.startBatch();
  api.create({ collection: "contacts", data: { lastname: "Loose 3" } });
  api.create({ collection: "contacts", data: { nosuchcolumn: 1 } });
  try { await api.executeBatch({ inChangeSet: false }); } catch (error) { sure(JSON.stringify(error).includes("nosuchcolumn"), JSON.stringify(error)); }
  same(await api.count({ collection: "contacts", filter: "lastname eq 'Loose 3'" }), 1);
  api.startBatch();
  api.create({ collection: "contacts", data: { lastname: "Loose" }, contentId: "1", inChangeSet: false });
  api.create({ collection: "accounts", data: { name: "Loose", "primarycontactid@odata.bind": "$1" }, inChangeSet: false });
  await refused(400, api.executeBatch().catch((error) => { throw error.find((one) => one?.status); }));
});
await check("executeBatch, a change set is whole or not at all", async () => {
  api.startBatch();
  api.create({ collection: "contacts", data: { lastname: "Rolled back" } });
  api.create({ collection: "contacts", data: { nosuchcolumn: 1 } });
  await refused(400, api.executeBatch());
  same(await api.count({ collection: "contacts", filter: "lastname eq 'Rolled back'" }), 0);
});
await check("executeBatch, continueOnError", async () => {
  api.startBatch();
  api.retrieve({ collection: "contacts", key: ABSENT });
  api.retrieve({ collection: "contacts", key: contact, select: ["lastname"] });
  let answers;
  try { answers = await api.executeBatch({ continueOnError: true }); } catch (error) { answers = error; }
  same([answers.length, answers[0].status ?? answers[0].code, answers[1].lastname], [2, 404, "Deep"]);
});
await check("executeBatch, upsert and delete with preconditions", async () => {
  const id = crypto.randomUUID();
  api.startBatch();
  api.upsert({ collection: "accounts", key: id, data: { name: "In batch" }, ifnonematch: "*" });
  api.updateSingleProperty({ collection: "accounts", key: id, fieldValuePair: { fax: "7" } });
  api.deleteRecord({ collection: "accounts", key: id, ifmatch: "*" });
  await api.executeBatch();
  await refused(404, api.retrieve({ collection: "accounts", key: id }));
});
await check("executeBatch, functions and actions", async () => {
  api.startBatch();
  api.callFunction("WhoAmI");
  api.callAction({ actionName: "PublishAllXml" });
  const [who] = await api.executeBatch();
  same(who.UserId, me);
});

// ---- impersonation -----------------------------------------------------------------------------

await check("impersonate by id", async () => same((await api.callFunction({ name: "WhoAmI", impersonate: me })).UserId, me));
await check("impersonateAAD by the id of the directory", async () => {
  const { azureactivedirectoryobjectid } = await api.retrieve({ collection: "systemusers", key: me, select: ["azureactivedirectoryobjectid"] });
  same((await api.callFunction({ name: "WhoAmI", impersonateAAD: azureactivedirectoryobjectid })).UserId, me);
});

// ---- metadata ----------------------------------------------------------------------------------

let table;
await check("createEntity", async () => {
  table = await api.createEntity({ data: { "@odata.type": `${NS}EntityMetadata`, SchemaName: "new_DwaThing", DisplayName: label("Thing"), DisplayCollectionName: label("Things"),
    Description: label("Made by a client"), OwnershipType: "UserOwned", HasActivities: false, HasNotes: true, IsActivity: false,
    Attributes: [{ "@odata.type": `${NS}StringAttributeMetadata`, IsPrimaryName: true, SchemaName: "new_Name", MaxLength: 100, FormatName: { Value: "Text" },
      RequiredLevel: { Value: "None", CanBeChanged: true, ManagedPropertyLogicalName: "canmodifyrequirementlevelsettings" }, DisplayName: label("Name") }] } });
  sure(guid.test(table), table);
});
await check("retrieveEntity by id with select and expand", async () => {
  const entity = await api.retrieveEntity({ key: table, select: ["SchemaName", "EntitySetName"], expand: [{ property: "Attributes", select: ["LogicalName"], filter: "LogicalName eq 'new_name'" }] });
  same([entity.SchemaName, entity.Attributes.length], ["new_DwaThing", 1]);
});
await check("retrieveEntity by name", async () => same((await api.retrieveEntity({ key: "LogicalName='new_dwathing'", select: ["MetadataId"] })).MetadataId, table));
await check("retrieveEntities, filter and expand", async () => {
  const found = await api.retrieveEntities({ select: ["LogicalName"], filter: "IsCustomEntity eq true and LogicalName eq 'new_dwathing'", expand: [{ property: "Keys", select: ["LogicalName"] }] });
  same(found.value.map((one) => one.LogicalName), ["new_dwathing"]);
});
await check("retrieveEntities, all", async () => sure((await api.retrieveEntities()).value.length > 50, "few tables"));
await check("updateEntity, mergeLabels", async () => {
  const entity = await api.retrieveEntity({ key: table });
  entity.DisplayName = label("Better thing");
  await api.updateEntity({ data: entity, mergeLabels: true });
  same((await api.retrieveEntity({ key: table, select: ["DisplayName"] })).DisplayName.UserLocalizedLabel.Label, "Better thing");
});
let column;
await check("createAttribute", async () => {
  column = await api.createAttribute({ entityKey: table, data: { "@odata.type": `${NS}StringAttributeMetadata`, SchemaName: "new_Text", MaxLength: 50, FormatName: { Value: "Text" },
    RequiredLevel: { Value: "None" }, DisplayName: label("Text") } });
  sure(guid.test(column), column);
});
for (const [name, more] of Object.entries({
  Integer: { MinValue: 0, MaxValue: 100, Format: "None" }, Decimal: { MinValue: 0, MaxValue: 1000, Precision: 2 }, Double: { MinValue: 0, MaxValue: 1000, Precision: 2 },
  Money: { PrecisionSource: 2 }, Memo: { MaxLength: 500, Format: "TextArea" }, DateTime: { Format: "DateAndTime", DateTimeBehavior: { Value: "UserLocal" } }, BigInt: {},
  Boolean: { DefaultValue: false, OptionSet: { TrueOption: { Value: 1, Label: label("Yes") }, FalseOption: { Value: 0, Label: label("No") } } },
  Picklist: { OptionSet: { "@odata.type": `${NS}OptionSetMetadata`, IsGlobal: false, OptionSetType: "Picklist", Options: [{ Value: 1, Label: label("One") }, { Value: 2, Label: label("Two") }] } },
  MultiSelectPicklist: { OptionSet: { "@odata.type": `${NS}OptionSetMetadata`, IsGlobal: false, OptionSetType: "Picklist", Options: [{ Value: 1, Label: label("One") }, { Value: 2, Label: label("Two") }] } },
  File: { MaxSizeInKB: 65536 }, Image: { CanStoreFullImage: true, MaxSizeInKB: 30720 },
})) {
  await check(`createAttribute, ${name}`, async () => {
    sure(guid.test(await api.createAttribute({ entityKey: "LogicalName='new_dwathing'", data: { "@odata.type": `${NS}${name}AttributeMetadata`, SchemaName: `new_${name}`,
      DisplayName: label(name), RequiredLevel: { Value: "None" }, ...more } })), "no id");
  });
}
await check("retrieveAttribute, castType, select, expand", async () => {
  const one = await api.retrieveAttribute({ entityKey: table, attributeKey: column, castType: `${NS}StringAttributeMetadata`, select: ["MaxLength"] });
  same(one.MaxLength, 50);
  const choice = await api.retrieveAttribute({ entityKey: table, attributeKey: "LogicalName='new_picklist'", castType: `${NS}PicklistAttributeMetadata`, select: ["SchemaName"], expand: [{ property: "OptionSet" }] });
  same(choice.OptionSet.Options.map((option) => option.Value), [1, 2]);
});
await check("retrieveAttributes, castType, filter, select, expand", async () => {
  const all = await api.retrieveAttributes({ entityKey: table, castType: `${NS}PicklistAttributeMetadata`, select: ["LogicalName"], filter: "LogicalName eq 'new_picklist'", expand: [{ property: "OptionSet", select: ["Options"] }] });
  same(all.value.length, 1);
  sure((await api.retrieveAttributes({ entityKey: table })).value.length > 20, "few columns");
});
await check("retrieveAttribute, what a type does not have is refused", async () => {
  const error = await refused(400, api.retrieveAttributes({ entityKey: table, select: ["MaxLength"] }));
  sure(error.message.includes("Could not find a property named"), error.message);
});
await check("updateAttribute, castType and mergeLabels", async () => {
  const one = await api.retrieveAttribute({ entityKey: table, attributeKey: column, castType: `${NS}StringAttributeMetadata` });
  one.MaxLength = 80;
  await api.updateAttribute({ entityKey: table, data: one, castType: `${NS}StringAttributeMetadata`, mergeLabels: true });
  same((await api.retrieveAttribute({ entityKey: table, attributeKey: column, castType: `${NS}StringAttributeMetadata`, select: ["MaxLength"] })).MaxLength, 80);
});
let relationship, many;
await check("createRelationship, one to many", async () => {
  relationship = await api.createRelationship({ data: { "@odata.type": `${NS}OneToManyRelationshipMetadata`, SchemaName: "new_account_dwathing", ReferencedEntity: "account", ReferencedAttribute: "accountid", ReferencingEntity: "new_dwathing",
    CascadeConfiguration: { Assign: "NoCascade", Delete: "RemoveLink", Merge: "NoCascade", Reparent: "NoCascade", Share: "NoCascade", Unshare: "NoCascade" },
    AssociatedMenuConfiguration: { Behavior: "UseCollectionName", Group: "Details", Label: label("Things"), Order: 10000 },
    Lookup: { "@odata.type": `${NS}LookupAttributeMetadata`, AttributeType: "Lookup", AttributeTypeName: { Value: "LookupType" }, SchemaName: "new_AccountId", DisplayName: label("Account"), RequiredLevel: { Value: "None", CanBeChanged: true } } } });
  sure(guid.test(relationship), relationship);
});
await check("createRelationship, many to many", async () => {
  many = await api.createRelationship({ data: { "@odata.type": `${NS}ManyToManyRelationshipMetadata`, SchemaName: "new_dwathing_contact", Entity1LogicalName: "new_dwathing", Entity2LogicalName: "contact", IntersectEntityName: "new_dwathing_contact" } });
  sure(guid.test(many), many);
});
await check("retrieveRelationship, castType and select", async () => {
  const one = await api.retrieveRelationship({ key: relationship, castType: `${NS}OneToManyRelationshipMetadata`, select: ["ReferencingAttribute"] });
  same(one.ReferencingAttribute, "new_accountid");
});
await check("retrieveRelationship by name", async () => {
  const one = await api.retrieveRelationship({ key: "SchemaName='new_dwathing_contact'" });
  same([one["@odata.type"], one.MetadataId], [`#${NS}ManyToManyRelationshipMetadata`, many]);
});
await check("retrieveRelationships, castType, filter, select", async () => {
  const found = await api.retrieveRelationships({ castType: `${NS}ManyToManyRelationshipMetadata`, select: ["SchemaName"], filter: "SchemaName eq 'new_dwathing_contact'" });
  same(found.value.length, 1);
  sure((await api.retrieveRelationships({ select: ["SchemaName"] })).value.length > 100, "few");
});
await check("updateRelationship, castType and mergeLabels", async () => {
  const one = await api.retrieveRelationship({ key: relationship, castType: `${NS}OneToManyRelationshipMetadata` });
  one.CascadeConfiguration.Delete = "Restrict";
  await api.updateRelationship({ data: one, castType: `${NS}OneToManyRelationshipMetadata`, mergeLabels: true });
  same((await api.retrieveRelationship({ key: relationship, castType: `${NS}OneToManyRelationshipMetadata` })).CascadeConfiguration.Delete, "Restrict");
});
await check("rows of the new table, with every column", async () => {
  const id = await api.create({ collection: "new_dwathings", data: { new_name: "x", new_text: "t", new_integer: 3, new_decimal: 1.25, new_double: 2.5, new_money: 9.99, new_memo: "m", new_datetime: "2024-05-01T10:00:00Z",
    new_boolean: true, new_picklist: 2, new_multiselectpicklist: "1,2", "new_AccountId@odata.bind": `/accounts(${account})` } });
  const row = await api.retrieve({ collection: "new_dwathings", key: id, includeAnnotations: "*", expand: [{ property: "new_AccountId", select: ["name"] }] });
  same([row.new_integer, row.new_decimal, row.new_double, row.new_money, row.new_datetime, row.new_boolean, row.new_boolean_Formatted, row.new_picklist_Formatted, row.new_multiselectpicklist, row.new_multiselectpicklist_Formatted, row.new_AccountId.name],
    [3, 1.25, 2.5, 9.99, "2024-05-01T10:00:00.000Z", true, "Yes", "Two", "1,2", "One; Two", "Dwa One"]);
  await refused(405, api.deleteRecord({ collection: "accounts", key: account }));
  await api.associate({ collection: "new_dwathings", primaryKey: id, relationshipName: "new_dwathing_contact", relatedCollection: "contacts", relatedKey: contact });
  same((await api.retrieve({ collection: "contacts", key: contact, navigationProperty: "new_dwathing_contact", select: ["new_name"] })).value.length, 1);
  await api.deleteRecord({ collection: "new_dwathings", key: id });
});
let set;
await check("createGlobalOptionSet", async () => {
  set = await api.createGlobalOptionSet({ data: { "@odata.type": `${NS}OptionSetMetadata`, Name: "new_dwacolours", IsGlobal: true, OptionSetType: "Picklist", DisplayName: label("Colours"), Options: [{ Value: 1, Label: label("Red") }, { Value: 2, Label: label("Blue") }] } });
  sure(guid.test(set), set);
});
await check("retrieveGlobalOptionSet, by id and by name, castType, select", async () => {
  same((await api.retrieveGlobalOptionSet({ key: set, castType: `${NS}OptionSetMetadata`, select: ["Name", "Options"] })).Options.length, 2);
  same((await api.retrieveGlobalOptionSet({ key: "Name='new_dwacolours'" })).MetadataId, set);
});
await check("retrieveGlobalOptionSets, castType and select", async () => {
  sure((await api.retrieveGlobalOptionSets({ castType: `${NS}OptionSetMetadata`, select: ["Name"] })).value.some((one) => one.Name === "new_dwacolours"), "not there");
  sure((await api.retrieveGlobalOptionSets()).value.length >= 1, "none");
});
await check("updateGlobalOptionSet, castType and mergeLabels", async () => {
  const one = await api.retrieveGlobalOptionSet({ key: set, castType: `${NS}OptionSetMetadata` });
  one.DisplayName = label("Colors");
  await api.updateGlobalOptionSet({ data: one, castType: `${NS}OptionSetMetadata`, mergeLabels: true });
  same((await api.retrieveGlobalOptionSet({ key: set })).DisplayName.UserLocalizedLabel.Label, "Colors");
});
await check("a column of a global choice", async () => {
  await api.createAttribute({ entityKey: table, data: { "@odata.type": `${NS}PicklistAttributeMetadata`, SchemaName: "new_Colour", DisplayName: label("Colour"), RequiredLevel: { Value: "None" }, "GlobalOptionSet@odata.bind": `/GlobalOptionSetDefinitions(${set})` } });
  const one = await api.retrieveAttribute({ entityKey: table, attributeKey: "LogicalName='new_colour'", castType: `${NS}PicklistAttributeMetadata`, expand: [{ property: "GlobalOptionSet" }] });
  same(one.GlobalOptionSet.Name, "new_dwacolours");
  await refused(400, api.deleteGlobalOptionSet({ key: set }));
});
await check("create and retrieve of metadata with navigationPropertyKey", async () => {
  const one = await api.retrieve({ collection: "EntityDefinitions", key: "LogicalName='new_dwathing'", navigationProperty: "Attributes", navigationPropertyKey: "LogicalName='new_text'", metadataAttributeType: `${NS}StringAttributeMetadata`, select: ["MaxLength"] });
  same(one.MaxLength, 80);
  const key = await api.create({ collection: "EntityDefinitions", key: "LogicalName='new_dwathing'", navigationProperty: "Keys", data: { SchemaName: "new_TextKey", DisplayName: label("Key"), KeyAttributes: ["new_text"] } });
  sure(key, "no key");
});
await check("upsert and retrieve by an alternate key", async () => {
  await until(async () => (await api.retrieve({ collection: "EntityDefinitions", key: "LogicalName='new_dwathing'", navigationProperty: "Keys", select: ["EntityKeyIndexStatus"] })).value.every((key) => key.EntityKeyIndexStatus === "Active"));
  await api.upsert({ collection: "new_dwathings", key: "new_text='it''s'", data: { new_name: "by key" } });
  const row = await api.retrieve({ collection: "new_dwathings", key: "new_text='it''s'", select: ["new_name", "new_text"] });
  same([row.new_name, row.new_text], ["by key", "it's"]);
  await api.deleteRecord({ collection: "new_dwathings", key: "new_text='it''s'" });
});
await check("retrieveCsdlMetadata", async () => sure((await api.retrieveCsdlMetadata()).includes('EntityType Name="new_dwathing"'), "no table in it"));
await check("retrieveCsdlMetadata, addAnnotations", async () => sure((await api.retrieveCsdlMetadata({ addAnnotations: true })).includes("edmx:Edmx"), "no document"));
await check("useEntityNames", async () => {
  const named = new DynamicsWebApi({ ...config, useEntityNames: true });
  same((await named.retrieve({ collection: "contact", key: contact, select: ["lastname"] })).lastname, "Deep");
});
await check("defaults of the configuration: annotations, page size, representation", async () => {
  const other = api.initializeInstance({ ...config, includeAnnotations: "*", maxPageSize: 3, returnRepresentation: true });
  const page = await other.retrieveMultiple({ collection: "contacts", select: ["statecode"] });
  same([page.value.length, page.value[0].statecode_Formatted], [3, "Active"]);
  same((await other.create({ collection: "contacts", data: { lastname: "Represented" } })).lastname, "Represented");
});

// ---- files -------------------------------------------------------------------------------------

for (const [what, size] of [["a small file", 1000], ["of several chunks", 9_000_000], ["an exact multiple of a chunk", 8_388_608]]) {
  await check(`uploadFile and downloadFile, ${what}`, async () => {
    const id = await api.create({ collection: "new_dwathings", data: { new_name: "file" } });
    const data = Buffer.alloc(size, "0123456789abcdef");
    await api.uploadFile({ collection: "new_dwathings", key: id, property: "new_file", fileName: "name one.bin", data });
    const file = await api.downloadFile({ collection: "new_dwathings", key: id, property: "new_file" });
    same([file.fileName, Number(file.fileSize), Buffer.from(file.data).equals(data)], ["name one.bin", size, true]);
    await api.deleteRecord({ collection: "new_dwathings", key: id, property: "new_file" });
    same((await api.retrieve({ collection: "new_dwathings", key: id, select: ["new_file"] })).new_file, null);
  });
}

// ---- search ------------------------------------------------------------------------------------

for (const version of ["1.0", "2.0"]) {
  const searching = new DynamicsWebApi({ ...config, searchApi: { version, options: { escapeSpecialCharacters: true } } });
  await check(`query ${version}, by text`, async () => {
    const found = await until(async () => { const one = await searching.query("Page"); return (one.response?.Value ?? one.value).length && one; }, 10);
    sure((found.response?.Value ?? found.value).length > 0, "nothing");
  });
  await check(`query ${version}, with every option`, async () => {
    const found = await searching.query({ query: { search: "Page", entities: version === "1.0" ? ["contact"] : [{ name: "contact", selectColumns: ["lastname", "firstname"], searchColumns: ["lastname", "fullname"] }],
      count: true, returnTotalRecordCount: true, top: 5, skip: 1, orderBy: ["lastname asc"], facets: ["@search.entityname,count:10"], filter: "statecode eq 0" } });
    const rows = found.response?.Value ?? found.value;
    same(rows.length, 5);
  });
  await check(`suggest ${version}`, async () => {
    const found = await searching.suggest({ query: { search: "Page", fuzzy: true, useFuzzy: true, top: 3, entities: ["contact"] } });
    same((found.response?.Value ?? found.value).length, 3);
  });
  await check(`autocomplete ${version}`, async () => {
    const found = await searching.autocomplete({ query: { search: "Pag", fuzzy: true, useFuzzy: true, entities: ["contact"] } });
    sure(/page/i.test(found.response?.Value ?? found.value ?? ""), JSON.stringify(found));
  });
}
await check("search, the old name", async () => sure((await new DynamicsWebApi({ ...config, searchApi: { version: "1.0" } }).search("Page")).value.length > 0, "nothing"));

// ---- taking it away ----------------------------------------------------------------------------

await check("deleteRelationship", async () => {
  await api.deleteRelationship({ key: relationship });
  await api.deleteRelationship({ key: many });
  await refused(404, api.retrieveRelationship({ key: relationship }));
});
await check("deleteRecord of a table, then deleteGlobalOptionSet", async () => {
  await api.deleteRecord({ collection: "EntityDefinitions", key: table });
  await api.deleteGlobalOptionSet({ key: set });
  await refused(404, api.retrieveGlobalOptionSet({ key: set }));
});
await check("a wrong token is 401", async () => {
  await refused(401, new DynamicsWebApi({ ...config, onTokenRefresh: async () => "nonsense" }).callFunction("WhoAmI"));
});
await check("the old name of the token callback", async () => {
  same((await new DynamicsWebApi({ ...config, onTokenRefresh: async () => ({ accessToken: TOKEN }) }).callFunction("WhoAmI")).UserId, me);
});
