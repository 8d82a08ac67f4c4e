"""Every method of PyPI dynamics-client 0.8.4, of its synchronous and its asynchronous client."""

import asyncio
import os
from datetime import datetime, timezone

from dynamics import DynamicsClient, ftr
from dynamics.apply_functions import apl
from dynamics.client.aio import DynamicsClient as AsyncDynamicsClient
from dynamics.enums import EntityFilter, TargetFieldType
from dynamics.exceptions import (
    AuthenticationFailed,
    DuplicateRecordError,
    DynamicsException,
    MethodNotAllowed,
    NotFound,
    ParseError,
)
from dynamics.fetchxml import FetchXMLBuilder
from dynamics.utils import from_dynamics_date_format, to_dynamics_date_format

from checks import TOKEN, URL, check, raises, same  # noqa: F401

SERVER = os.environ["CONFORMANCE_SERVER"]
SETTINGS = {
    "api_url": URL + "/api/data/v9.2",
    "token_url": SERVER + "/organizations/oauth2/v2.0/token",
    "client_id": os.environ["CONFORMANCE_CLIENT_ID"],
    "client_secret": os.environ["CONFORMANCE_CLIENT_SECRET"],
    "scope": [URL + "/.default"],
}
ABSENT = "00000000-0000-0000-0000-00000000abcd"
client = DynamicsClient(**SETTINGS, cache_token=False, connection_timeout=60)
kept = {}


def start(table="", row=""):
    client.reset_query()
    client.pagesize = 5000
    client.table, client.row_id = table, row


def data(answer):
    return answer.data[0] if hasattr(answer, "data") else answer[0]


@check("a token with client credentials, and whoami")
def _():
    who = data(client.functions.whoami())
    assert len(who["UserId"]) == 36, who
    kept["me"], kept["unit"] = who["UserId"], who["BusinessUnitId"]


@check("a token by resource, at the older address")
def _():
    settings = {**SETTINGS, "scope": None, "resource": URL + "/", "token_url": SERVER + "/organizations/oauth2/token"}
    other = DynamicsClient(**settings, cache_token=False)
    other.table, other.top = "accounts", 1
    other.get(not_found_ok=True)


@check("a wrong secret gives no token")
def _():
    raises(Exception, DynamicsClient(**{**SETTINGS, "client_secret": "nonsense"}, cache_token=False).get, not_found_ok=True)


@check("from_environment, with the cache of tokens")
def _():
    os.environ.update(DYNAMICS_API_URL=SETTINGS["api_url"], DYNAMICS_TOKEN_URL=SETTINGS["token_url"], DYNAMICS_CLIENT_ID=SETTINGS["client_id"], DYNAMICS_CLIENT_SECRET=SETTINGS["client_secret"], DYNAMICS_SCOPE=SETTINGS["scope"][0], DYNAMICS_CACHE_TOKEN="0")
    other = DynamicsClient.from_environment()
    other.table, other.top = "accounts", 1
    other.get(not_found_ok=True)


@check("post gives the row")
def _():
    start("accounts")
    client.select = ["name", "accountid"]
    client.expand = {"primarycontactid": {"select": ["fullname"]}}
    row = client.post({"name": "Dc One", "revenue": 100.5, "primarycontactid": {"firstname": "Dee", "lastname": "See"}}).data
    same((row["name"], row["primarycontactid"]["fullname"]), ("Dc One", "Dee See"))
    kept["account"], kept["contact"] = row["accountid"], row["primarycontactid"]["contactid"]


@check("patch gives the row")
def _():
    start("accounts", kept["account"])
    client.select = ["telephone1"]
    same(client.patch({"telephone1": "555"}).data["telephone1"], "555")


@check("patch does not create")
def _():
    start("accounts", ABSENT)
    raises(NotFound, client.patch, {"name": "no"})


@check("get of a row, and of one that is not there")
def _():
    start("accounts", kept["account"])
    same(client.get().data[0]["name"], "Dc One")
    client.row_id = ABSENT
    raises(NotFound, client.get)


@check("annotations")
def _():
    start("accounts", kept["account"])
    client.show_annotations = True
    same(client.get().data[0]["statecode@OData.Community.Display.V1.FormattedValue"], "Active")


@check("select, filter, orderby, top, count")
def _():
    start("contacts")
    for i in range(12):
        client.post({"firstname": f"F{i % 3}", "lastname": f"Dc {i:02}", "annualincome": i * 10, "birthdate": f"2000-01-{i + 1:02}"})
    start("contacts")
    client.select, client.filter, client.orderby, client.top = ["lastname"], [ftr.startswith("lastname", "Dc"), ftr.gt("annualincome", 50)], {"lastname": "desc"}, 3
    # The client always asks for a page size, and with one the service ignores $top.
    same([row["lastname"] for row in client.get().data][:3], ["Dc 11", "Dc 10", "Dc 09"])
    start("contacts")
    client.filter, client.count = [ftr.startswith("lastname", "Dc")], True
    found = client.get()
    same((found.count, len(found.data)), (12, 12))
    start("contacts")
    client.filter = {ftr.eq("lastname", "Dc 01"), ftr.eq("lastname", "Dc 02")}
    same(len(client.get().data), 2)


FILTERS = [
    (ftr.eq("lastname", "Dc 01"), 1), (ftr.ne("lastname", "Dc 01"), 11), (ftr.gt("annualincome", 100), 1), (ftr.ge("annualincome", 100), 2), (ftr.lt("annualincome", 10), 1), (ftr.le("annualincome", 10), 2),
    (ftr.and_(ftr.ge("annualincome", 10), ftr.le("annualincome", 30)), 3), (ftr.or_(ftr.eq("annualincome", 10), ftr.eq("annualincome", 30), group=True), 2), (ftr.not_(ftr.contains("lastname", "01")), 11),
    (ftr.contains("lastname", "c 0"), 10), (ftr.endswith("lastname", "1"), 2), (ftr.startswith("lastname", "Dc 1"), 2),
    (ftr.in_("lastname", ["Dc 01", "Dc 02", "x"]), 2), (ftr.not_in("lastname", ["Dc 01", "Dc 02"]), 10), (ftr.between("annualincome", [10, 30]), 3), (ftr.not_between("annualincome", [10, 30]), 9),
    (ftr.today("createdon"), 12), (ftr.yesterday("createdon"), 0), (ftr.tomorrow("createdon"), 0), (ftr.on("createdon", datetime.now(timezone.utc).strftime("%Y-%m-%d")), 12), (ftr.on_or_after("createdon", "2001-01-01"), 12), (ftr.on_or_before("createdon", "2001-01-01"), 0),
    (ftr.this_week("createdon"), 12), (ftr.this_month("createdon"), 12), (ftr.this_year("createdon"), 12), (ftr.last_7_days("createdon"), 12), (ftr.last_week("createdon"), 0), (ftr.last_month("createdon"), 0), (ftr.last_year("createdon"), 0),
    (ftr.next_week("createdon"), 0), (ftr.next_month("createdon"), 0), (ftr.next_year("createdon"), 0), (ftr.last_x_hours("createdon", 2), 12), (ftr.last_x_days("createdon", 2), 12), (ftr.last_x_weeks("createdon", 2), 12), (ftr.last_x_months("createdon", 2), 12), (ftr.last_x_years("createdon", 2), 12),
    (ftr.next_x_hours("createdon", 2), 0), (ftr.next_x_days("createdon", 2), None), (ftr.next_x_weeks("createdon", 2), None), (ftr.next_x_months("createdon", 2), None), (ftr.next_x_years("createdon", 2), None),
    (ftr.older_than_x_minutes("createdon", 30), 0), (ftr.older_than_x_hours("createdon", 2), 0), (ftr.older_than_x_days("createdon", 2), 0), (ftr.older_than_x_weeks("createdon", 2), 0), (ftr.older_than_x_months("createdon", 2), 0), (ftr.older_than_x_years("createdon", 2), 0),
    (ftr.this_fiscal_year("createdon"), 12), (ftr.this_fiscal_period("createdon"), 12), (ftr.last_fiscal_year("createdon"), 0), (ftr.last_fiscal_period("createdon"), 0), (ftr.next_fiscal_year("createdon"), 0), (ftr.next_fiscal_period("createdon"), 0),
    (ftr.last_x_fiscal_years("createdon", 2), None), (ftr.last_x_fiscal_periods("createdon", 2), None), (ftr.next_x_fiscal_years("createdon", 2), 0), (ftr.next_x_fiscal_periods("createdon", 2), 0),
    (ftr.in_fiscal_year("createdon", datetime.now(timezone.utc).year), 12), (ftr.in_fiscal_period("createdon", (datetime.now(timezone.utc).month - 1) // 3 + 1), 12), (ftr.in_fiscal_period_and_year("createdon", 1, 1999), 0), (ftr.in_or_after_fiscal_period_and_year("createdon", 1, 1999), 12), (ftr.in_or_before_fiscal_period_and_year("createdon", 1, 1999), 0),
    (ftr.equal_user_id("ownerid"), 12), (ftr.not_user_id("ownerid"), 0), (ftr.equal_business_id("owningbusinessunit"), 12), (ftr.not_business_id("owningbusinessunit"), 0), (ftr.equal_user_teams("ownerid"), 0), (ftr.equal_user_or_user_teams("ownerid"), 12),
    (ftr.equal_user_or_user_hierarchy("ownerid"), 12), (ftr.equal_user_or_user_hierarchy_and_teams("ownerid"), 12), (ftr.any_("account_primary_contact", "o", ftr.eq("name", "x", lambda_indicator="o")), 0),
]


for number, (text, wanted) in enumerate(FILTERS):
    @check(f"filter {text}")
    def _(text=text, wanted=wanted):
        start("contacts")
        client.select, client.filter = ["lastname"], [ftr.startswith("lastname", "Dc"), text]
        found = len(client.get(not_found_ok=True).data)
        if wanted is not None:
            same(found, wanted)


@check("filters of hierarchies")
def _():
    start("accounts")
    parent = client.post({"name": "Parent"}).data["accountid"]
    child = client.post({"name": "Child", "parentaccountid@odata.bind": f"/accounts({parent})"}).data["accountid"]
    for text, wanted in [(ftr.under("accountid", parent), ["Child"]), (ftr.under_or_equal("accountid", parent), ["Child", "Parent"]), (ftr.above("accountid", child), ["Parent"]), (ftr.above_or_equal("accountid", child), ["Child", "Parent"])]:
        start("accounts")
        client.select, client.filter, client.orderby = ["name"], [text], {"name": "asc"}
        same((text, [row["name"] for row in client.get(not_found_ok=True).data]), (text, wanted))
    start("accounts")
    client.filter = [ftr.not_under("accountid", parent)]
    assert "Child" not in [row["name"] for row in client.get().data]


@check("filters of any and all")
def _():
    for text, wanted in [(ftr.any_("account_primary_contact", "o", ftr.eq("name", "Dc One", lambda_indicator="o")), 1), (ftr.all_("account_primary_contact", "o", ftr.eq("name", "Dc One", lambda_indicator="o")), None)]:
        start("contacts")
        client.select, client.filter = ["lastname"], [text]
        found = len(client.get(not_found_ok=True).data)
        if wanted is not None:
            same(found, wanted)


@check("expand, nested, with every option")
def _():
    start("contacts", kept["contact"])
    client.select = ["fullname"]
    client.expand = {"account_primary_contact": {"select": ["name"], "filter": [ftr.startswith("name", "Dc")], "orderby": {"name": "asc"}, "top": 1, "expand": {"primarycontactid": {"select": ["lastname"]}}}, "ownerid": {}}
    row = client.get().data[0]
    same(row["account_primary_contact"][0]["primarycontactid"]["lastname"], "See")


@check("pages and pages of children")
def _():
    start("contacts")
    client.select, client.filter, client.pagesize = ["lastname"], [ftr.startswith("lastname", "Dc")], 5
    found = client.get()
    same((len(found.data), found.next_link is not None), (5, True))
    found = client.get(pagination_rules={"pages": 1})
    same(len(found.data), 10)
    found = client.get(pagination_rules={"pages": -1})
    same(len(found.data), 12)
    start("accounts")
    client.select, client.filter, client.expand = ["name"], [ftr.eq("name", "Dc One")], {"contact_customer_accounts": {"select": ["lastname"]}}
    client.pagesize = 5
    client.get(pagination_rules={"pages": 1, "children": {"contact_customer_accounts": {"pages": 1}}})


@check("apply")
def _():
    start("contacts")
    client.apply = apl.groupby(["firstname"], apl.aggregate(col_="annualincome", with_="sum", as_="total"))
    totals = {row["firstname"]: row.get("total") for row in client.get().data}
    same({name: totals[name] for name in ("F0", "F1", "F2")}, {"F0": 180, "F1": 220, "F2": 260})
    start("contacts")
    client.apply = apl.aggregate(col_="annualincome", with_="max", as_="most")
    same(client.get().data[0]["most"], 110)
    start("contacts")
    client.apply = apl.filter([ftr.startswith("lastname", "Dc")], group_by_columns=["firstname"])
    same(len(client.get().data), 3)


@check("fetch_xml")
def _():
    fetch = FetchXMLBuilder(mapping="logical", version="1.0", count=5, page=1, distinct=False, output_format="xml-platform", no_lock=True, return_total_record_count=True)
    entity = fetch.add_entity(name="contact")
    entity.add_attribute(name="lastname").add_attribute(name="annualincome", alias="income").order(attribute="lastname", descending=True)
    entity.filter(type_="and").add_condition(attribute="lastname", operator="like", value="Dc%").add_condition(attribute="annualincome", operator="not-null")
    start("contacts")
    client.fetch_xml = fetch.build()
    same([row["income"] for row in client.get().data], [110, 100, 90, 80, 70])


@check("fetch_xml with linked tables and aggregates")
def _():
    fetch = FetchXMLBuilder()
    entity = fetch.add_entity(name="account")
    entity.add_attribute(name="name")
    linked = entity.add_linked_entity(name="contact", from_="contactid", to="primarycontactid", alias="c", link_type="inner")
    linked.add_attribute(name="lastname")
    linked.filter().add_condition(attribute="lastname", operator="eq", value="See")
    start("accounts")
    client.fetch_xml = fetch.build()
    same(client.get().data[0]["c.lastname"], "See")
    fetch = FetchXMLBuilder(aggregate=True)
    fetch.add_entity(name="contact").add_attribute(name="contactid", alias="n", aggregate="count").add_attribute(name="firstname", alias="f", groupby=True).filter().add_condition(attribute="lastname", operator="like", value="Dc%")
    start("contacts")
    client.fetch_xml = fetch.build()
    same(sorted((row["f"], row["n"]) for row in client.get().data), [("F0", 4), ("F1", 4), ("F2", 4)])


@check("pre_expand")
def _():
    start("accounts", kept["account"])
    client.pre_expand, client.select = "primarycontactid", ["lastname"]
    same(client.get().data[0]["lastname"], "See")


@check("add_ref_to_property")
def _():
    start("accounts", kept["account"])
    client.add_ref_to_property = "contact_customer_accounts"
    client.post({"@odata.id": f"{SETTINGS['api_url']}/contacts({kept['contact']})"})
    start("accounts", kept["account"])
    client.pre_expand = "contact_customer_accounts"
    same(len(client.get().data), 1)


@check("headers by name, and duplicates suppressed")
def _():
    start("accounts", kept["account"])
    client["If-None-Match"] = "null"
    client.suppress_duplicate_detection = True
    same(client["If-None-Match"], "null")
    client.get()


@check("errors have their classes")
def _():
    start("accounts")
    client.select = ["nosuchcolumn"]
    raises(ParseError, client.get)
    start("accounts", kept["account"])
    client.action = "Microsoft.Dynamics.CRM.NoSuchFunction()"
    raises(DynamicsException, client.get)
    start("accounts")
    raises(DuplicateRecordError, client.post, {"accountid": kept["account"], "name": "again"})
    start("WhoAmI")
    raises(MethodNotAllowed, client.post, {})


@check("functions.format_address")
def _():
    assert "1 Main St" in data(client.functions.format_address("1 Main St", "Town", "WA", "98052", "US"))["Address"]


@check("functions.get_valid_many_to_many, get_valid_referenced_entities, get_valid_referencing_entities")
def _():
    assert "account" in data(client.functions.get_valid_many_to_many())["EntityNames"]
    assert "contact" in data(client.functions.get_valid_referenced_entities("account"))["EntityNames"]
    assert "contact" in data(client.functions.get_valid_referencing_entities("account"))["EntityNames"]


@check("functions.initialize_from")
def _():
    row = data(client.functions.initialize_from("accounts", kept["account"], "contact", TargetFieldType.CREATE))
    assert "@odata.type" in row or "parentcustomerid_account@odata.bind" in row, row


@check("functions.retrieve_entity and retrieve_all_entities, with numbers for enumerations")
def _():
    start("EntityDefinitions(LogicalName='account')")
    name = client.get().data[0]["MetadataId"]
    found = data(client.functions.retrieve_entity(name, "account", list(EntityFilter)[1]))
    same(found["EntityMetadata"]["LogicalName"], "account")
    assert len(data(client.functions.retrieve_all_entities(list(EntityFilter)[0]))["EntityMetadata"]) > 50


@check("what only the applications of the platform have is refused by name")
def _():
    for call in (lambda: client.functions.get_default_price_level(), lambda: client.functions.expand_calendar("2024-01-01", "2024-01-02"), lambda: client.actions.win_quote(ABSENT), lambda: client.actions.close_quote(ABSENT),
                 lambda: client.actions.revise_quote(ABSENT), lambda: client.actions.cancel_order(ABSENT), lambda: client.actions.convert_quote_to_order(ABSENT), lambda: client.actions.calculate_quote_price(ABSENT),
                 lambda: client.actions.activate_quote(ABSENT), lambda: client.actions.delete_quote(ABSENT), lambda: client.actions.delete_order(ABSENT)):
        raises(DynamicsException, call)


@check("simplified errors")
def _():
    start("accounts", ABSENT)
    error = raises(DynamicsException, client.get, simplify_errors=True)
    assert client.simplified_error_message in str(error), error
    raises(NotFound, client.get, simplify_errors=True, raise_separately=[NotFound])


@check("dates")
def _():
    now = datetime(2024, 5, 1, 10, 30, tzinfo=timezone.utc)
    start("tasks")
    row = client.post({"subject": "Dated", "scheduledend": to_dynamics_date_format(now)}).data
    same(from_dynamics_date_format(row["scheduledend"]).astimezone(timezone.utc), now)


@check("delete")
def _():
    start("accounts")
    one = client.post({"name": "Gone"}).data["accountid"]
    start("accounts", one)
    client.delete()
    raises(NotFound, client.delete)


@check("the asynchronous client")
def _():
    async def play():
        other = AsyncDynamicsClient(**SETTINGS, cache_token=False, connection_timeout=60)
        other.table = "accounts"
        made = (await other.post({"name": "Async"})).data["accountid"]
        other.reset_query()
        other.table, other.row_id = "accounts", made
        same((await other.patch({"fax": "1"})).data["fax"], "1")
        same((await other.get()).data[0]["name"], "Async")
        await other.delete()
        async with AsyncDynamicsClient(**SETTINGS, cache_token=False, connection_timeout=60) as many:
            tasks = []
            for number in range(5):
                many.reset_query()
                many.table, many.top = "contacts", number + 1
                tasks.append(many.create_task(many.get))
        same([len(task.result().data) > 0 for task in tasks], [True] * 5)
    asyncio.run(play())
