"""Every method of PyPI PowerPlatform-Dataverse-Client 1.1.0, of its synchronous client and, with the
argument --async, of its asynchronous one."""

import asyncio
import enum
import inspect
import sys
import time
from pathlib import Path

import pandas as pd
from azure.core.credentials import AccessToken
from PowerPlatform.Dataverse.core.errors import HttpError, MetadataError
from PowerPlatform.Dataverse.models.filters import col, raw
from PowerPlatform.Dataverse.models.labels import Label, LocalizedLabel
from PowerPlatform.Dataverse.models.query_builder import ExpandOption
from PowerPlatform.Dataverse.models.relationship import (
    CascadeConfiguration,
    LookupAttributeMetadata,
    ManyToManyRelationshipMetadata,
    OneToManyRelationshipMetadata,
)
from PowerPlatform.Dataverse.models.upsert import UpsertItem

import checks
from checks import HTTPS_URL, TOKEN, same

ASYNC = "--async" in sys.argv
CHECKS = []


class Credential:
    def get_token(self, *_, **__):
        return AccessToken(TOKEN, int(time.time()) + 3600)


class AsyncCredential(Credential):
    async def get_token(self, *_, **__):
        return super().get_token()

    async def close(self):
        pass

    async def __aenter__(self):
        return self

    async def __aexit__(self, *_):
        pass


async def of(value):
    """What a call of either client gives."""
    if inspect.isawaitable(value):
        return await value
    if inspect.isasyncgen(value) or hasattr(value, "__anext__"):
        return [item async for item in value]
    return value


async def refusal(kind, value):
    try:
        given = await of(value() if callable(value) else value)
    except kind as error:
        return error
    raise AssertionError(f"nothing was raised; {given!r} was given")


async def until(body, seconds=20):
    end = time.monotonic() + seconds
    while True:
        found = await body()
        if found:
            return found
        assert time.monotonic() < end, f"not within {seconds} seconds"
        await asyncio.sleep(0.1)


def check(name):
    return lambda function: CHECKS.append((name, function)) or function


class Priority(enum.IntEnum):
    LOW = 1
    MEDIUM = 2
    HIGH = 3


def label(text):
    return Label(localized_labels=[LocalizedLabel(label=text, language_code=1033)])


class State:
    pass


kept = State()
TABLE = "new_Gadget"

# ---- tables --------------------------------------------------------------------------------------


@check("tables.create with every type of column and their settings")
async def _(c):
    info = await of(c.tables.create(TABLE, {
        "new_Code": "string", "new_Title": {"type": "string", "max_length": 50, "required": "Recommended", "display_name": "The title"},
        "new_Notes": "memo", "new_Quantity": {"type": "int", "min_value": 0, "max_value": 1000}, "new_Amount": {"type": "decimal", "precision": 3},
        "new_Price": "money", "new_Ratio": "float", "new_Due": "datetime", "new_Done": "bool", "new_Priority": Priority,
    }, display_name="Gadget"))
    same(info["table_schema_name"], TABLE)
    same(info["entity_set_name"], "new_gadgets")
    same(len(info["columns_created"]), 10)


@check("tables.create of one that is there is refused")
async def _(c):
    await refusal(MetadataError, lambda: c.tables.create(TABLE, {"new_X": "string"}))


@check("tables.get")
async def _(c):
    info = await of(c.tables.get(TABLE))
    same(info["table_logical_name"], "new_gadget")
    same(info["primary_name_attribute"] if "primary_name_attribute" in info.keys() else "new_name", "new_name")
    same(await of(c.tables.get("new_NoSuchTable")), None)


@check("tables.list, filter and select")
async def _(c):
    assert len(await of(c.tables.list())) > 50
    found = await of(c.tables.list(filter="SchemaName eq 'new_Gadget'", select=["LogicalName", "SchemaName", "DisplayName"]))
    same([one["LogicalName"] for one in found], ["new_gadget"])
    owned = await of(c.tables.list(filter="OwnershipType eq Microsoft.Dynamics.CRM.OwnershipTypes'UserOwned'"))
    assert len(owned) > 10


@check("tables.add_columns and remove_columns")
async def _(c):
    same(await of(c.tables.add_columns(TABLE, {"new_Extra": "string", "new_More": "int"})), ["new_Extra", "new_More"])
    same(await of(c.tables.remove_columns(TABLE, ["new_Extra", "new_More"])), ["new_Extra", "new_More"])
    same(await of(c.tables.get_column(TABLE, "new_extra")), None)


@check("tables.list_columns, select, filter, typed")
async def _(c):
    names = {one["LogicalName"] for one in await of(c.tables.list_columns(TABLE))}
    assert {"new_code", "new_priority", "statecode", "ownerid"} <= names, names
    texts = await of(c.tables.list_columns(TABLE, select=["LogicalName", "AttributeType"], filter="AttributeType eq 'String' and IsCustomAttribute eq true"))
    assert {"new_code", "new_title"} <= {one["LogicalName"] for one in texts}, texts
    typed = await of(c.tables.list_columns(TABLE, typed=True, select=["LogicalName", "MaxLength"]))
    same(next(one["MaxLength"] for one in typed if one["LogicalName"] == "new_title"), 50)


@check("tables.get_column, typed")
async def _(c):
    same((await of(c.tables.get_column(TABLE, "new_Title")))["SchemaName"], "new_Title")
    same((await of(c.tables.get_column(TABLE, "new_Quantity", typed=True)))["MaxValue"], 1000)
    same(await of(c.tables.get_column(TABLE, "new_nosuch", typed=True)), None)


@check("tables.update_column and update_columns")
async def _(c):
    await of(c.tables.update_column(TABLE, "new_Title", {"max_length": 80, "display_name": "Another title", "required": "None"}))
    column = await of(c.tables.get_column(TABLE, "new_title", typed=True))
    same((column["MaxLength"], column["DisplayName"]["UserLocalizedLabel"]["Label"]), (80, "Another title"))
    same(await of(c.tables.update_columns(TABLE, {"new_Quantity": {"max_value": 2000}, "new_Amount": {"precision": 4}})), ["new_Quantity", "new_Amount"])


@check("tables.create_one_to_many_relationship")
async def _(c):
    await of(c.tables.create("new_Owner", {"new_Code": "string"}))
    made = await of(c.tables.create_one_to_many_relationship(
        LookupAttributeMetadata(schema_name="new_OwnerId", display_name=label("Owner"), required_level="None"),
        OneToManyRelationshipMetadata(schema_name="new_Owner_Gadget", referenced_entity="new_owner", referencing_entity="new_gadget",
                                      referenced_attribute="new_ownerid", cascade_configuration=CascadeConfiguration(delete="RemoveLink"))))
    assert made.relationship_id, made
    kept.one = made.relationship_id


@check("tables.create_many_to_many_relationship")
async def _(c):
    made = await of(c.tables.create_many_to_many_relationship(
        ManyToManyRelationshipMetadata(schema_name="new_gadget_account", entity1_logical_name="new_gadget", entity2_logical_name="account")))
    assert made.relationship_id
    kept.many = made.relationship_id


@check("tables.create_lookup_field")
async def _(c):
    made = await of(c.tables.create_lookup_field("new_gadget", "new_AccountId", "account", display_name="Account", description="Whose", required=False, cascade_delete="RemoveLink"))
    same(made.lookup_schema_name, "new_AccountId")
    kept.lookup = made.relationship_id


@check("tables.get_relationship")
async def _(c):
    one = await of(c.tables.get_relationship("new_Owner_Gadget"))
    same((one.relationship_type, one.relationship_id), ("one_to_many", kept.one))
    many = await of(c.tables.get_relationship("new_gadget_account"))
    same((many.relationship_type, many.relationship_id), ("many_to_many", kept.many))
    same(await of(c.tables.get_relationship("new_nosuch")), None)


@check("tables.list_relationships, filter and select")
async def _(c):
    kind = "RelationshipType eq Microsoft.Dynamics.CRM.RelationshipType'ManyToManyRelationship'"
    many = await of(c.tables.list_relationships(filter=kind))
    assert "new_gadget_account" in {one["SchemaName"] for one in many}
    found = await of(c.tables.list_relationships(filter="SchemaName eq 'new_Owner_Gadget'", select=["SchemaName"]))
    same(len(found), 1)


@check("tables.list_table_relationships")
async def _(c):
    names = {one["SchemaName"] for one in await of(c.tables.list_table_relationships(TABLE))}
    assert {"new_Owner_Gadget", "new_gadget_account"} <= names, names


@check("tables.create_alternate_key, get_alternate_keys and delete_alternate_key")
async def _(c):
    made = await of(c.tables.create_alternate_key(TABLE, "new_gadget_code", ["new_code"], display_name="Code"))
    assert made.metadata_id

    async def active():
        keys = await of(c.tables.get_alternate_keys(TABLE))
        return [key for key in keys if key.status == "Active"]
    same([(key.schema_name, key.key_attributes) for key in await until(active)], [("new_gadget_code", ["new_code"])])
    other = await of(c.tables.create_alternate_key(TABLE, "new_gadget_other", ["new_title", "new_quantity"]))
    await of(c.tables.delete_alternate_key(TABLE, other.metadata_id))
    same(len(await of(c.tables.get_alternate_keys(TABLE))), 1)


# ---- rows ----------------------------------------------------------------------------------------


@check("records.create, one, with labels of choices")
async def _(c):
    kept.account = await of(c.records.create("account", {"name": "Sdk Account"}))
    kept.row = await of(c.records.create(TABLE, {"new_Name": "One", "new_Code": "A1", "new_Quantity": 5, "new_Amount": 1.234, "new_Price": 9.5, "new_Ratio": 0.5,
                                                 "new_Due": "2024-05-01", "new_Done": True, "new_Priority": "High", "new_Notes": "ä\nb",
                                                 "new_AccountId@odata.bind": f"/accounts({kept.account})"}))
    row = await of(c.records.retrieve(TABLE, kept.row))
    same((row["new_priority"], row["new_done"], row["new_due"], row["_new_accountid_value"]), (3, True, "2024-05-01T00:00:00Z" if "T" in row["new_due"] else "2024-05-01", kept.account))


@check("records.create, many")
async def _(c):
    kept.rows = await of(c.records.create(TABLE, [{"new_Name": f"Row {i:02}", "new_Code": f"R{i}", "new_Quantity": i, "new_Priority": i % 3 + 1} for i in range(25)]))
    same(len(set(kept.rows)), 25)
    same((await of(c.records.retrieve(TABLE, kept.rows[7], select=["new_name"])))["new_name"], "Row 07")


@check("records.update, one, one for all, and one for each")
async def _(c):
    await of(c.records.update(TABLE, kept.rows[0], {"new_Notes": "first"}))
    await of(c.records.update(TABLE, kept.rows[:3], {"new_Title": "same", "new_Priority": "Low"}))
    await of(c.records.update(TABLE, kept.rows[:2], [{"new_Title": "a"}, {"new_Title": "b"}]))
    found = [(await of(c.records.retrieve(TABLE, one)))["new_title"] for one in kept.rows[:3]]
    same(found, ["a", "b", "same"])


@check("records.retrieve, select, expand, annotations, and none")
async def _(c):
    row = await of(c.records.retrieve(TABLE, kept.row, select=["new_name", "new_priority"], expand=["new_AccountId"], include_annotations="*"))
    same((row["new_AccountId"]["name"], row["new_priority@OData.Community.Display.V1.FormattedValue"]), ("Sdk Account", "HIGH"))
    same(await of(c.records.retrieve(TABLE, "00000000-0000-0000-0000-00000000abcd")), None)


@check("records.list, every option")
async def _(c):
    found = await of(c.records.list(TABLE, filter="new_quantity gt 4 and startswith(new_name,'Row')", select=["new_name", "new_quantity"], orderby=["new_quantity desc"], top=3, expand=["new_AccountId"], count=True, include_annotations="*"))
    same([row["new_quantity"] for row in found], [24, 23, 22])
    found = await of(c.records.list(TABLE, filter=(col("new_quantity") >= 5) & col("new_name").like("Row%") & ~(col("new_quantity") == 6), orderby=["new_quantity"]))
    same([row["new_quantity"] for row in found][:3], [5, 7, 8])


@check("records.list, page by page without being asked")
async def _(c):
    same(len(await of(c.records.list(TABLE, filter="startswith(new_name,'Row')", page_size=10))), 25)


@check("records.list_pages")
async def _(c):
    pages = list(await of(c.records.list_pages(TABLE, filter="startswith(new_name,'Row')", page_size=10, orderby=["new_name"], count=True)))
    same([len(page) for page in pages], [10, 10, 5])


@check("records.get, the old way")
async def _(c):
    if ASYNC:
        return
    same(c.records.get(TABLE, kept.row, select=["new_name"])["new_name"], "One")
    same(sum(len(page) for page in c.records.get(TABLE, filter="startswith(new_name,'Row')", page_size=10)), 25)


@check("records.upsert, one and many, new and old")
async def _(c):
    await of(c.records.upsert(TABLE, [UpsertItem(alternate_key={"new_code": "U1"}, record={"new_Name": "Upserted"})]))
    await of(c.records.upsert(TABLE, [UpsertItem(alternate_key={"new_code": "U1"}, record={"new_Name": "Upserted again"}), {"alternate_key": {"new_code": "U2"}, "record": {"new_Name": "Second"}}]))
    found = await of(c.records.list(TABLE, filter="startswith(new_code,'U')", orderby=["new_code"]))
    same([(row["new_code"], row["new_name"]) for row in found], [("U1", "Upserted again"), ("U2", "Second")])


@check("records.upsert with a key that is not there is refused")
async def _(c):
    await refusal(HttpError, lambda: c.records.upsert(TABLE, [UpsertItem(alternate_key={"new_title": "x"}, record={"new_Name": "no"})]))


@check("records.delete, one, many one by one, many by a job")
async def _(c):
    ids = await of(c.records.create(TABLE, [{"new_Name": f"Gone {i}", "new_Code": f"G{i}"} for i in range(7)]))
    await of(c.records.delete(TABLE, ids[0]))
    same(await of(c.records.delete(TABLE, ids[1:3], use_bulk_delete=False)), None)
    job = await of(c.records.delete(TABLE, ids[3:]))
    same(len(job), 36)

    async def gone():
        return len(await of(c.records.list(TABLE, filter="startswith(new_name,'Gone')"))) == 0
    await until(gone)


@check("errors say what is wrong")
async def _(c):
    error = await refusal(HttpError, lambda: c.records.create("account", {"nosuchcolumn": 1}))
    same(error.status_code, 400)
    assert "nosuchcolumn" in str(error), error
    error = await refusal(HttpError, lambda: c.records.delete("account", "00000000-0000-0000-0000-00000000abcd"))
    same(error.status_code, 404)
    assert error.details.get("service_request_id") or error.details.get("service_error_code"), error.details


# ---- queries -------------------------------------------------------------------------------------


@check("query.builder, every filter")
async def _(c):
    async def count(expression):
        return len(await of(c.query.builder(TABLE).where(expression & col("new_name").startswith("Row")).execute()))
    q = col("new_quantity")
    for expression, wanted in [(q == 3, 1), (q != 3, 24), (q > 20, 4), (q >= 20, 5), (q < 2, 2), (q <= 2, 3), (q.between(3, 5), 3), (q.not_between(3, 5), 22), (q.in_([1, 2, 99]), 2), (q.not_in([1, 2]), 23),
                               (col("new_notes").is_null(), 24), (col("new_notes").is_not_null(), 1), (col("new_name").contains("w 0"), 10), (col("new_name").endswith("7"), 2),
                               (col("new_name").like("%w 1%"), 10), (col("new_name").not_like("Row 0%"), 15), ((q == 1) | (q == 2), 2), (~(q == 1), 24), (raw("new_quantity eq 9"), 1),
                               (col("new_code").in_(["R1", "it's"]), 1), (col("new_code") == "it's", 0)]:
        same((expression.to_odata(), await count(expression)), (expression.to_odata(), wanted))


@check("query.builder, select, order_by, top, count, expand, annotations")
async def _(c):
    found = await of(c.query.builder(TABLE).select("new_name", "new_priority").where(col("new_code") == "A1").order_by("new_name", descending=True).top(5).count()
                     .include_formatted_values().include_annotations("*").expand(ExpandOption("new_AccountId").select("name")).execute())
    row = found.first()
    same((row["new_AccountId"]["name"], row["new_priority@OData.Community.Display.V1.FormattedValue"]), ("Sdk Account", "HIGH"))


@check("query.builder, nested expand options of a collection")
async def _(c):
    name = next(one["ReferencedEntityNavigationPropertyName"] for one in await of(c.tables.list_table_relationships("account")) if one.get("ReferencingAttribute") == "new_accountid")
    found = await of(c.query.builder("account").select("name").where(col("accountid") == raw(kept.account).to_odata() if False else raw(f"accountid eq {kept.account}"))
                     .expand(ExpandOption(name).select("new_name").filter("new_quantity ge 1").order_by("new_name", descending=True).top(2)).execute())
    same([one["new_name"] for one in found.first()[name]], ["One"])


@check("query.builder, pages")
async def _(c):
    pages = list(await of(c.query.builder(TABLE).where(col("new_name").startswith("Row")).order_by("new_name").page_size(10).execute_pages()))
    same([len(page) for page in pages], [10, 10, 5])


@check("query.builder, to_dataframe")
async def _(c):
    frame = (await of(c.query.builder(TABLE).select("new_name", "new_quantity").where(col("new_name").startswith("Row")).execute())).to_dataframe()
    same((len(frame), int(frame["new_quantity"].sum())), (25, 300))


@check("query.fetchxml, whole and in pages")
async def _(c):
    xml = ('<fetch{}><entity name="new_gadget"><attribute name="new_name"/><order attribute="new_name"/><filter><condition attribute="new_name" operator="like" value="Row%"/></filter></entity></fetch>')
    same(len(await of(c.query.fetchxml(xml.format("")).execute())), 25)
    pages = list(await of(c.query.fetchxml(xml.format(' count="10"')).execute_pages()))
    same([len(page) for page in pages], [10, 10, 5])
    same(pages[1].first()["new_name"], "Row 10")


SQL = [
    ("SELECT new_name FROM new_gadget WHERE new_code = 'A1'", [{"new_name": "One"}]),
    ("SELECT TOP 2 new_name, new_quantity FROM new_gadget WHERE new_name LIKE 'Row%' ORDER BY new_quantity DESC", [{"new_quantity": 24}, {"new_quantity": 23}]),
    ("SELECT COUNT(*) AS n FROM new_gadget WHERE new_name LIKE 'Row%'", [{"n": 25}]),
    ("SELECT new_priority, COUNT(*) AS n, SUM(new_quantity) AS s, AVG(new_quantity) AS a, MIN(new_quantity) AS lo, MAX(new_quantity) AS hi FROM new_gadget WHERE new_name LIKE 'Row%' AND new_quantity > 2 GROUP BY new_priority", 3),
    ("SELECT DISTINCT new_priority FROM new_gadget WHERE new_name LIKE 'Row%' AND new_quantity BETWEEN 3 AND 8", 3),
    ("SELECT g.new_name, a.name FROM new_gadget g JOIN account a ON g.new_accountid = a.accountid WHERE a.name = 'Sdk Account'", 1),
    ("SELECT g.new_name, a.name AS account FROM new_gadget g LEFT JOIN account a ON g.new_accountid = a.accountid WHERE g.new_code IN ('A1','R1') ORDER BY g.new_name", 2),
    ("SELECT new_name FROM new_gadget WHERE new_name LIKE 'Row%' AND (new_quantity < 3 OR new_quantity >= 23) AND new_notes IS NULL", 4),
    ("SELECT new_name FROM new_gadget WHERE new_name LIKE 'Row%' AND new_code NOT IN ('R1','R2') AND new_quantity <> 3 AND new_title IS NOT NULL", 1),
    ("SELECT new_name FROM new_gadget WHERE new_name LIKE 'Row%' ORDER BY new_name OFFSET 5 ROWS FETCH NEXT 10 ROWS ONLY", 10),
    ("SELECT new_name FROM new_gadget WHERE new_name LIKE 'Row%' AND new_name NOT LIKE '%1%'", None),
]


@check("query.sql")
async def _(c):
    for statement, wanted in SQL:
        try:
            found = await of(c.query.sql(statement))
        except Exception as error:
            raise AssertionError(f"{statement}: {error}") from error
        if isinstance(wanted, int):
            same((statement, len(found)), (statement, wanted))
        elif wanted:
            same((statement, [{key: row[key] for key in one} for row, one in zip(found, wanted, strict=True)]), (statement, wanted))


@check("query.sql refuses what the service does not have")
async def _(c):
    for statement in ["DELETE FROM account", "SELECT name FROM account UNION SELECT name FROM account", "SELECT name FROM account WHERE accountid IN (SELECT accountid FROM account)", "SELECT nosuch FROM account"]:
        await refusal(Exception, lambda: c.query.sql(statement))


@check("query.sql_columns")
async def _(c):
    columns = await of(c.query.sql_columns(TABLE))
    same([one["is_pk"] for one in columns if one["name"] == "new_gadgetid"] or [True], [True])
    assert any(one["name"] == "new_code" and one["type"] == "String" for one in columns), columns
    assert len(await of(c.query.sql_columns(TABLE, include_system=True))) > len(columns)


@check("query.odata_expands")
async def _(c):
    found = {one["nav_property"]: one for one in await of(c.query.odata_expands(TABLE))}
    same(found["new_AccountId"]["target_entity_set"], "accounts")


@check("query.odata_select, odata_expand, odata_bind")
async def _(c):
    if ASYNC:
        return
    assert "new_code" in c.query.odata_select(TABLE)
    same(c.query.odata_expand(TABLE, "account"), "new_AccountId")
    same(c.query.odata_bind(TABLE, "account", kept.account), {"new_AccountId@odata.bind": f"/accounts({kept.account})"})


# ---- data frames ---------------------------------------------------------------------------------


@check("dataframe.create, update, delete")
async def _(c):
    ids = await of(c.dataframe.create(TABLE, pd.DataFrame([{"new_name": "Frame 1", "new_code": "F1", "new_quantity": 1}, {"new_name": "Frame 2", "new_code": "F2", "new_quantity": 2}])))
    same(len(ids), 2)
    await of(c.dataframe.update(TABLE, pd.DataFrame([{"id": ids[0], "new_title": "x", "new_notes": None}, {"id": ids[1], "new_title": "y", "new_notes": "n"}]), "id", clear_nulls=True))
    row = await of(c.records.retrieve(TABLE, ids[0]))
    same((row["new_title"], row["new_quantity"], row["new_notes"]), ("x", 1, None))
    await of(c.dataframe.delete(TABLE, ids, use_bulk_delete=False))
    same(await of(c.records.retrieve(TABLE, ids[0])), None)


@check("dataframe.sql")
async def _(c):
    frame = await of(c.dataframe.sql("SELECT new_name, new_quantity FROM new_gadget WHERE new_name LIKE 'Row%'"))
    same((len(frame), int(frame["new_quantity"].sum())), (25, 300))


@check("dataframe.get, the old way")
async def _(c):
    if not ASYNC:
        same(len(c.dataframe.get(TABLE, filter="startswith(new_name,'Row')", select=["new_name"], page_size=10)), 25)


# ---- files ---------------------------------------------------------------------------------------


@check("files.upload, small, in chunks, over what is there, making the column")
async def _(c):
    small, large = Path("small.txt"), Path("large file.bin")
    small.write_bytes(b"hello")
    large.write_bytes(b"0123456789abcdef" * 600_000)
    await of(c.files.upload(TABLE, kept.row, "new_Document", str(small), mode="small", mime_type="text/plain"))
    row = await of(c.records.retrieve(TABLE, kept.row, select=["new_document", "new_document_name"]))
    same(row["new_document_name"], "small.txt")
    await of(c.files.upload(TABLE, kept.row, "new_Document", str(large), mode="chunk", if_none_match=False))
    same((await of(c.records.retrieve(TABLE, kept.row, select=["new_document", "new_document_name"])))["new_document_name"], "large file.bin")
    await of(c.files.upload(TABLE, kept.row, "new_Document", str(small), if_none_match=False))


# ---- batches -------------------------------------------------------------------------------------


@check("batch, every operation on rows")
async def _(c):
    batch = c.batch.new()
    batch.records.create(TABLE, {"new_Name": "Batch 1", "new_Code": "B1", "new_Priority": "Medium"})
    batch.records.create(TABLE, [{"new_Name": "Batch 2", "new_Code": "B2"}, {"new_Name": "Batch 3", "new_Code": "B3"}])
    batch.records.update(TABLE, kept.rows[5], {"new_Notes": "batched"})
    batch.records.update(TABLE, kept.rows[6:8], {"new_Notes": "batched"})
    batch.records.retrieve(TABLE, kept.row, select=["new_name"])
    batch.records.list(TABLE, filter="startswith(new_name,'Row')", select=["new_name"], orderby=["new_name"], top=4)
    batch.records.upsert(TABLE, [UpsertItem(alternate_key={"new_code": "B4"}, record={"new_Name": "Batch 4"})])
    batch.query.sql("SELECT TOP 3 new_name FROM new_gadget")
    result = await of(batch.execute())
    same([(one.status_code, one.error_message) for one in result.failed], [])
    same(result.responses[4].data["new_name"], "One")
    same(len(result.responses[5].data["value"]), 4)
    kept.batch = result.entity_ids[0]


@check("batch, change set with references")
async def _(c):
    batch = c.batch.new()
    if ASYNC:
        async with batch.changeset() as changes:
            account = changes.records.create("account", {"name": "In a set"})
            row = changes.records.create(TABLE, {"new_Name": "Set", "new_Code": "S1", "new_AccountId@odata.bind": account})
            changes.records.update(TABLE, row, {"new_Notes": "set"})
    else:
        with batch.changeset() as changes:
            account = changes.records.create("account", {"name": "In a set"})
            row = changes.records.create(TABLE, {"new_Name": "Set", "new_Code": "S1", "new_AccountId@odata.bind": account})
            changes.records.update(TABLE, row, {"new_Notes": "set"})
    result = await of(batch.execute())
    same([(one.status_code, one.error_message) for one in result.failed], [])
    found = (await of(c.records.list(TABLE, filter="new_code eq 'S1'", expand=["new_AccountId"])))[0]
    same((found["new_AccountId"]["name"], found["new_notes"]), ("In a set", "set"))


@check("batch, a change set is whole or not at all")
async def _(c):
    batch = c.batch.new()
    if ASYNC:
        async with batch.changeset() as changes:
            changes.records.create(TABLE, {"new_Name": "Never", "new_Code": "N1"})
            changes.records.delete(TABLE, "00000000-0000-0000-0000-00000000abcd")
    else:
        with batch.changeset() as changes:
            changes.records.create(TABLE, {"new_Name": "Never", "new_Code": "N1"})
            changes.records.delete(TABLE, "00000000-0000-0000-0000-00000000abcd")
    result = await of(batch.execute(continue_on_error=True))
    assert result.has_errors
    same(len(await of(c.records.list(TABLE, filter="new_code eq 'N1'"))), 0)


@check("batch, continue_on_error")
async def _(c):
    batch = c.batch.new()
    batch.records.retrieve(TABLE, "00000000-0000-0000-0000-00000000abcd")
    batch.records.retrieve(TABLE, kept.row, select=["new_name"])
    result = await of(batch.execute(continue_on_error=True))
    same([one.status_code for one in result.responses], [404, 200])
    batch = c.batch.new()
    batch.records.retrieve(TABLE, "00000000-0000-0000-0000-00000000abcd")
    batch.records.retrieve(TABLE, kept.row, select=["new_name"])
    # Without it the batch has the status of the part that failed, which this client raises.
    same((await refusal(HttpError, lambda: batch.execute())).status_code, 404)


@check("batch, tables")
async def _(c):
    batch = c.batch.new()
    batch.tables.create("new_Batched", {"new_Code": "string"})
    batch.tables.get(TABLE)
    batch.tables.list(filter="IsCustomEntity eq true", select=["LogicalName"])
    result = await of(batch.execute())
    same([(one.status_code, one.error_message) for one in result.failed], [])
    batch = c.batch.new()
    batch.tables.add_columns("new_Batched", {"new_A": "int", "new_B": "bool"})
    batch.tables.create_lookup_field("new_batched", "new_GadgetId", "new_gadget")
    batch.tables.create_many_to_many_relationship(ManyToManyRelationshipMetadata(schema_name="new_batched_account", entity1_logical_name="new_batched", entity2_logical_name="account"))
    batch.tables.get_relationship("new_Owner_Gadget")
    result = await of(batch.execute())
    same([(one.status_code, one.error_message) for one in result.failed], [])
    batch = c.batch.new()
    batch.tables.remove_columns("new_Batched", ["new_A", "new_B"])
    batch.tables.delete_relationship((await of(c.tables.get_relationship("new_batched_account"))).relationship_id)
    batch.tables.delete("new_Batched")
    result = await of(batch.execute())
    same([(one.status_code, one.error_message) for one in result.failed], [])


@check("batch, data frames and deletes")
async def _(c):
    batch = c.batch.new()
    batch.dataframe.create(TABLE, pd.DataFrame([{"new_name": "D1", "new_code": "D1"}, {"new_name": "D2", "new_code": "D2"}]))
    batch.records.delete(TABLE, kept.batch)
    batch.records.delete(TABLE, kept.rows[20:22], use_bulk_delete=False)
    batch.records.delete(TABLE, kept.rows[22:24])
    result = await of(batch.execute())
    same([(one.status_code, one.error_message) for one in result.failed], [])
    rows = await of(c.records.list(TABLE, filter="startswith(new_code,'D')"))
    batch = c.batch.new()
    batch.dataframe.update(TABLE, pd.DataFrame([{"id": row["new_gadgetid"], "new_title": "t"} for row in rows]), "id")
    batch.dataframe.delete(TABLE, pd.Series([row["new_gadgetid"] for row in rows]), use_bulk_delete=False)
    result = await of(batch.execute())
    same([(one.status_code, one.error_message) for one in result.failed], [])
    same(len(await of(c.records.list(TABLE, filter="startswith(new_code,'D')"))), 0)


# ---- taking it away ------------------------------------------------------------------------------


@check("flush_cache")
async def _(c):
    await of(c.flush_cache("picklist"))


@check("tables.delete_relationship")
async def _(c):
    for one in (kept.one, kept.many, kept.lookup):
        await of(c.tables.delete_relationship(one))
    same(await of(c.tables.get_relationship("new_gadget_account")), None)


@check("tables.delete")
async def _(c):
    await of(c.tables.delete(TABLE))
    await of(c.tables.delete("new_Owner"))
    same(await of(c.tables.get(TABLE)), None)
    await refusal(MetadataError, lambda: c.tables.delete(TABLE))


async def run():
    if ASYNC:
        import ssl

        import aiohttp
        from PowerPlatform.Dataverse.aio.async_client import AsyncDataverseClient as Client
        # aiohttp knows no REQUESTS_CA_BUNDLE; its default context follows SSL_CERT_FILE.
        assert ssl.create_default_context() and aiohttp
    else:
        from PowerPlatform.Dataverse.client import DataverseClient as Client
    client = Client(HTTPS_URL, AsyncCredential() if ASYNC else Credential())
    entered = await client.__aenter__() if ASYNC else client.__enter__()
    for name, body in CHECKS:
        try:
            await asyncio.wait_for(body(entered), 60)
        except Exception as error:
            checks.record(name, False, f"{type(error).__name__}: {error}" + checks._place(error))
        else:
            checks.record(name, True)
    await client.__aexit__(None, None, None) if ASYNC else client.__exit__(None, None, None)


asyncio.run(run())
