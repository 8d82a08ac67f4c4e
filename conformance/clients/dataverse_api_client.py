"""Every method of PyPI dataverse-api 1.4.3."""

import warnings

import pandas as pd
import requests
from dataverse_api import DataverseClient
from dataverse_api.errors import DataverseAPIError, DataverseError, DataverseModeError
from dataverse_api.metadata.attributes import (
    BigIntAttributeMetadata,
    BooleanAttributeMetadata,
    DateTimeAttributeMetadata,
    DecimalAttributeMetadata,
    IntegerAttributeMetadata,
    LookupAttributeMetadata,
    MemoAttributeMetadata,
    StringAttributeMetadata,
)
from dataverse_api.metadata.complex_properties import create_label
from dataverse_api.metadata.entity import define_entity
from dataverse_api.metadata.enums import OwnershipType
from dataverse_api.metadata.helpers import Publisher, Solution
from dataverse_api.metadata.relationships import define_relationship
from dataverse_api.utils.batching import BatchCommand, RequestMethod

from checks import TOKEN, URL, check, raises, same

warnings.simplefilter("ignore")
session = requests.Session()
session.headers["Authorization"] = f"Bearer {TOKEN}"
client = DataverseClient(session=session, environment_url=URL + "/")
LOGICAL = "dapi_thing"
kept = {}


def good(answers, status=None):
    wrong = [f"{one.status_code}: {one.text[:200]}" for one in answers if not one.ok or (status and one.status_code != status)]
    assert not wrong, wrong[0]
    inner = [one.text for one in answers if "multipart" in one.headers.get("content-type", "")]
    assert not any("HTTP/1.1 4" in text or "HTTP/1.1 5" in text for text in inner), inner[0][:300]


@check("get_language_codes")
def _():
    assert 1033 in client.get_language_codes()


@check("create_publisher")
def _():
    answer = client.create_publisher(Publisher(name="Conformance", unique_name="conformancepublisher", description="d", prefix="dapi", option_prefix=45000))
    kept["publisher"] = answer.headers["OData-EntityId"].split("(")[1].rstrip(")")


@check("create_solution binds a property that solutions do not have, and is refused")
def _():
    definition = Solution(name="Conformance", unique_name="ConformanceSolution", description="d", publisher_guid=kept["publisher"])
    same(raises(DataverseAPIError, client.create_solution, definition).response.status_code, 400)
    row = definition()
    row["publisherid@odata.bind"] = row.pop("publisher@odata.bind")
    same(client._api_call(RequestMethod.POST, "solutions", json=row).status_code, 204)


@check("create_entity with a solution and every type of column, returning it")
def _():
    definition = define_entity(
        schema_name="dapi_Thing", description="A thing", display_name="Thing", display_collection_name="Things", ownership_type=OwnershipType.USER_OWNED, has_notes=True,
        attributes=[StringAttributeMetadata(schema_name="dapi_Name", is_primary_name=True, display_name=create_label(label="Name")),
                    StringAttributeMetadata(schema_name="dapi_Code", max_length=50), StringAttributeMetadata(schema_name="dapi_Number", auto_number_format="T-{SEQNUM:4}"),
                    DecimalAttributeMetadata(schema_name="dapi_Decimal", min_value=0, max_value=1000, precision=2), IntegerAttributeMetadata(schema_name="dapi_Integer", min_value=0, max_value=1000),
                    DateTimeAttributeMetadata(schema_name="dapi_DateTime"), MemoAttributeMetadata(schema_name="dapi_Memo", max_length=2000), BooleanAttributeMetadata(schema_name="dapi_Boolean")])
    answer = client.create_entity(definition, solution_name="ConformanceSolution", return_representation=True)
    same((answer.status_code, answer.json()["LogicalName"]), (201, LOGICAL))


@check("create_entity of one that is there is refused")
def _():
    raises(DataverseAPIError, client.create_entity, define_entity(schema_name="dapi_Thing", ownership_type=OwnershipType.USER_OWNED, attributes=[StringAttributeMetadata(schema_name="dapi_Name", is_primary_name=True)]))


@check("get_entity_definition and update_entity, keeping labels, returning it")
def _():
    definition = client.get_entity_definition(LOGICAL)
    definition.display_name = create_label(label="Better thing")
    answer = client.update_entity(definition, solution_name="ConformanceSolution", preserve_localized_labels=True, return_representation=True)
    same(answer.status_code, 200)
    same(client.get_entity_definition(LOGICAL).display_name.localized_labels[0].label, "Better thing")


@check("update_entity without a representation")
def _():
    same(client.update_entity(client.get_entity_definition(LOGICAL)).status_code, 204)


@check("entity and its properties")
def _():
    thing = kept["thing"] = client.entity(LOGICAL)
    same((thing.logical_name, thing.entity_set_name, thing.primary_id_attr, thing.primary_img_attr, thing.alternate_keys, thing.supports_create_multiple, thing.supports_update_multiple),
         (LOGICAL, "dapi_things", "dapi_thingid", None, {}, True, True))
    assert thing.relationships.single_valued, thing.relationships


@check("entity of a standard table")
def _():
    account = kept["account"] = client.entity("account")
    same(account.entity_set_name, "accounts")
    assert any("primarycontactid" in str(one) for one in [account.relationships.single_valued]), account.relationships.single_valued


@check("entity of a table that is not there is refused")
def _():
    raises(DataverseAPIError, client.entity, "dapi_nosuch")


@check("update_schema, every part")
def _():
    for part in ("altkeys", "properties", "messages", "relationships", "all"):
        kept["thing"].update_schema(part)


@check("add_attribute with a solution, returning it")
def _():
    answer = kept["thing"].add_attribute(StringAttributeMetadata(schema_name="dapi_More", max_length=20), solution_name="ConformanceSolution", return_representation=True)
    same(answer.status_code, 201)
    kept["attribute"] = answer.json()["MetadataId"]
    kept["thing"].add_attribute(BigIntAttributeMetadata(schema_name="dapi_Big"))


@check("remove_attribute by id and by name")
def _():
    same(kept["thing"].remove_attribute(attribute_id=kept["attribute"]).status_code, 204)
    same(kept["thing"].remove_attribute(logical_name="dapi_big").status_code, 204)
    raises(DataverseError, kept["thing"].remove_attribute)


@check("add_alternate_key asks at an address that the service does not have, and is refused")
def _():
    error = raises((DataverseAPIError, AttributeError), kept["thing"].add_alternate_key, "dapi_CodeKey", "Code", ["dapi_code"])
    assert isinstance(error, AttributeError) or error.response.status_code == 404, error


@check("an alternate key that is there is seen")
def _():
    made = client._api_call(RequestMethod.POST, f"EntityDefinitions(LogicalName='{LOGICAL}')/Keys", json={"SchemaName": "dapi_CodeKey", "DisplayName": create_label(label="Code").dump_to_dataverse(), "KeyAttributes": ["dapi_code"]})
    same(made.status_code, 204)
    kept["thing"].update_schema("altkeys")
    same(kept["thing"].alternate_keys, {"dapi_CodeKey": ["dapi_code"]})


@check("remove_alternate_key asks for a column, and is refused")
def _():
    raises(DataverseAPIError, kept["thing"].remove_alternate_key, logical_name="dapi_codekey")


@check("create_relationship, returning it")
def _():
    relationship = define_relationship(schema_name="dapi_account_thing", referencing_entity=LOGICAL, referenced_entity="account", referenced_attribute="accountid",
                                       lookup=LookupAttributeMetadata(schema_name="dapi_AccountId", display_name=create_label(label="Account")))
    for kind in ("assign", "share", "unshare", "reparent", "merge", "delete"):
        setattr(relationship.cascade_configuration, kind, "NoCascade" if kind != "delete" else "RemoveLink")
    answer = client.create_relationship(relationship, return_representation=True)
    same((answer.status_code, answer.json()["SchemaName"]), (201, "dapi_account_thing"))


@check("get_relationship_definition and update_relationship")
def _():
    definition = client.get_relationship_definition("dapi_account_thing")
    same(client.update_relationship(definition, preserve_localized_labels=True).status_code, 204)


# ---- rows ----------------------------------------------------------------------------------------


def rows(start, count):
    return [{"dapi_name": f"Row {i:02}", "dapi_code": f"C{i}", "dapi_integer": i, "dapi_boolean": i % 2 == 0} for i in range(start, start + count)]


@check("create one by one, with duplicates detected, returning them")
def _():
    made = kept["thing"].create(rows(0, 3), detect_duplicates=True, return_created=True)
    good(made, 201)
    same([one.json()["dapi_integer"] for one in made], [0, 1, 2])
    good(kept["thing"].create(rows(3, 3), threading=True), 204)


@check("create with CreateMultiple")
def _():
    made = kept["thing"].create(rows(6, 5), mode="multiple", batch_size=3)
    good(made, 200)
    same([len(one.json()["Ids"]) for one in made], [3, 2])


@check("create in batches")
def _():
    good(kept["thing"].create(rows(11, 5), mode="batch", batch_size=2))
    good(kept["thing"].create(rows(16, 4), mode="batch", batch_size=2, threading=True))
    same(len(kept["thing"].read(select=["dapi_name"])), 20)


@check("create from a data frame")
def _():
    good(kept["thing"].create(pd.DataFrame([{"dapi_name": "Frame", "dapi_code": "F1", "dapi_integer": None}]), mode="batch"))


@check("create in an unknown mode is refused")
def _():
    raises(DataverseModeError, kept["thing"].create, [{}], mode="nonsense")


@check("read with every option")
def _():
    found = kept["thing"].read(select=["dapi_name", "dapi_integer"], filter="dapi_integer ge 5", order_by="dapi_integer desc", top=3)
    same([row["dapi_integer"] for row in found], [19, 18, 17])
    found = kept["thing"].read(select=["dapi_name", "statecode"], expand="dapi_AccountId($select=name)", return_formatted_values=True, page_size=7)
    same((len(found), found[0]["statecode@OData.Community.Display.V1.FormattedValue"], found[0]["dapi_AccountId"]), (21, "Active", None))


@check("read, page by page, as answers")
def _():
    answers = kept["thing"].read(select=["dapi_name"], page_size=10, return_responses=True)
    same([len(one.json()["value"]) for one in answers], [10, 10, 1])


@check("read of what is not there is refused")
def _():
    error = raises(DataverseAPIError, kept["thing"].read, select=["dapi_nosuch"])
    assert "dapi_nosuch" in str(error), error


@check("upsert by id and by key, one by one and in batches")
def _():
    thing = kept["thing"]
    first = thing.read(select=["dapi_thingid"], filter="dapi_code eq 'C0'")[0]["dapi_thingid"]
    good(thing.upsert([{"dapi_thingid": first, "dapi_memo": "by id"}]))
    good(thing.upsert([{"dapi_code": "C1", "dapi_memo": "by key"}, {"dapi_code": "N1", "dapi_name": "New 1"}], altkey_name="dapi_CodeKey"))
    good(thing.upsert([{"dapi_code": "C2", "dapi_memo": "by key"}, {"dapi_code": "N 2 & more", "dapi_name": "New 2"}], altkey_name="dapi_CodeKey", mode="batch"))
    good(thing.upsert([{"dapi_code": "N3", "dapi_name": "New 3"}], altkey_name="dapi_CodeKey", mode="batch", threading=True, batch_size=1))
    same(sorted(row["dapi_code"] for row in thing.read(select=["dapi_code"], filter="dapi_memo ne null or startswith(dapi_name,'New')")), ["C0", "C1", "C2", "N 2 & more", "N1", "N3"])
    raises(DataverseError, thing.upsert, [{}], altkey_name="nosuch")


@check("delete_columns, one by one and in batches")
def _():
    thing = kept["thing"]
    good(thing.delete_columns(["dapi_memo"], filter="dapi_code eq 'C0'"), 204)
    good(thing.delete_columns(["dapi_memo"], filter="dapi_memo ne null", mode="batch"))
    same(thing.read(select=["dapi_memo"], filter="dapi_memo ne null"), [])


@check("submit_batch with every method")
def _():
    first = kept["thing"].read(select=["dapi_thingid"], filter="dapi_code eq 'C0'")[0]["dapi_thingid"]
    answers = client.submit_batch([
        BatchCommand("dapi_things?$select=dapi_name&$filter=dapi_integer eq 3", RequestMethod.GET), BatchCommand(f"dapi_things({first})", RequestMethod.PATCH, data={"dapi_memo": "patched"}),
        BatchCommand(f"dapi_things({first})", RequestMethod.PUT, data={"dapi_integer": 77}), BatchCommand("dapi_things", RequestMethod.POST, headers={"Prefer": "return=representation"}, data={"dapi_name": "posted", "dapi_code": "P1"}),
        BatchCommand("dapi_things(dapi_code='P1')", RequestMethod.DELETE)], batch_id_generator=lambda: "conformance", batch_size=10)
    good(answers)
    assert "Row 03" in answers[0].text and '"dapi_name":"posted"' in answers[0].text, answers[0].text
    same(kept["thing"].read(select=["dapi_integer", "dapi_memo"], filter="dapi_code eq 'C0'")[0]["dapi_integer"], 77)


@check("delete by ids and by filter, one by one and in batches")
def _():
    thing = kept["thing"]
    ids = [row["dapi_thingid"] for row in thing.read(select=["dapi_thingid"], top=2)]
    good(thing.delete(ids=ids), 204)
    good(thing.delete(filter="startswith(dapi_name,'New')", threading=True), 204)
    good(thing.delete(filter="dapi_integer lt 10", mode="batch", batch_size=3))
    good(thing.delete(filter="all", mode="batch", threading=True))
    same(thing.read(), [])
    raises(DataverseError, thing.delete)
    same([one.status_code for one in thing.delete(ids=ids[:1])], [404])


@check("delete_relationship asks by a name that relationships do not have")
def _():
    error = raises(DataverseAPIError, client.delete_relationship, "dapi_account_thing")
    same(400 <= error.response.status_code < 500, True)


@check("delete_entity")
def _():
    same(client.delete_entity(LOGICAL).status_code, 204)
    raises(DataverseAPIError, client.delete_entity, LOGICAL)
