"""One session of version 3 of the SDK for Python with an account that speaks the protocol of Cosmos DB.

COSMOS_ENDPOINT and COSMOS_KEY name the account; COSMOS_CERTIFICATE is the file of its certificate, where it has TLS.
Each step prints one line; the exit code is 1 when a step fails. The SDK has neither batches, patches nor hierarchical keys.
"""

import os
import sys
import time
import traceback

from azure.cosmos import cosmos_client, documents, errors

DATABASE = "dbs/python-3-session"
ITEMS = f"{DATABASE}/colls/items"
WIDE = f"{DATABASE}/colls/wide"
ACROSS = {"enableCrossPartitionQuery": True}


def connect(credential):
    policy = documents.ConnectionPolicy()
    certificate = os.environ.get("COSMOS_CERTIFICATE")
    if certificate:
        policy.SSLConfiguration = documents.SSLConfiguration()
        policy.SSLConfiguration.SSLCaCerts = certificate
    return cosmos_client.CosmosClient(os.environ["COSMOS_ENDPOINT"], credential, policy)


def status_of(call):
    try:
        call()
    except errors.HTTPFailure as error:
        return error.status_code
    return None


CLIENT = connect({"masterKey": os.environ["COSMOS_KEY"]})
STEPS = []


def step(function):
    STEPS.append(function)
    return function


@step
def databases_and_containers():
    status_of(lambda: CLIENT.DeleteDatabase(DATABASE))
    CLIENT.CreateDatabase({"id": "python-3-session"})
    assert "python-3-session" in [one["id"] for one in CLIENT.ReadDatabases()]
    definition = {"id": "items", "partitionKey": {"paths": ["/pk"], "kind": "Hash"}, "defaultTtl": -1}
    created = CLIENT.CreateContainer(DATABASE, definition, {"offerThroughput": 400})
    offer = next(iter(CLIENT.QueryOffers(f"SELECT * FROM c WHERE c.resource = '{created['_self']}'")))
    assert offer["content"]["offerThroughput"] == 400
    offer["content"]["offerThroughput"] = 500
    assert CLIENT.ReplaceOffer(offer["_self"], offer)["content"]["offerThroughput"] == 500
    found = CLIENT.QueryContainers(DATABASE, {"query": "SELECT * FROM c WHERE c.id = @id", "parameters": [{"name": "@id", "value": "items"}]})
    assert [one["id"] for one in found] == ["items"]
    assert CLIENT.ReplaceContainer(ITEMS, {**definition, "defaultTtl": 3600})["defaultTtl"] == 3600


@step
def items_are_created_read_replaced_and_deleted():
    link = f"{ITEMS}/docs/1"
    created = CLIENT.CreateItem(ITEMS, {"id": "1", "pk": "a", "n": 1})
    assert CLIENT.ReadItem(link, {"partitionKey": "a"})["_etag"] == created["_etag"]
    assert status_of(lambda: CLIENT.CreateItem(ITEMS, {"id": "1", "pk": "a"})) == 409
    assert CLIENT.ReplaceItem(created["_self"], {"id": "1", "pk": "a", "n": 2})["n"] == 2
    stale = {"accessCondition": {"type": "IfMatch", "condition": created["_etag"]}}
    assert status_of(lambda: CLIENT.ReplaceItem(link, {"id": "1", "pk": "a"}, stale)) == 412
    assert CLIENT.UpsertItem(ITEMS, {"id": "1", "pk": "a", "n": 3})["n"] == 3
    CLIENT.DeleteItem(link, {"partitionKey": "a"})
    assert status_of(lambda: CLIENT.ReadItem(link, {"partitionKey": "a"})) == 404


@step
def an_item_is_named_by_its_resource_ids():
    created = CLIENT.CreateItem(ITEMS, {"id": "rid", "pk": "a"})
    container = CLIENT.ReadContainer(ITEMS)
    assert CLIENT.ReadItem(created["_self"], {"partitionKey": "a"})["id"] == "rid"
    assert CLIENT.ReadContainer(container["_self"])["id"] == "items"
    rows = CLIENT.QueryItems(container["_self"], "SELECT VALUE c.id FROM c WHERE c.id = 'rid'", {"partitionKey": "a"})
    assert list(rows) == ["rid"]
    CLIENT.DeleteItem(created["_self"], {"partitionKey": "a"})


@step
def queries_merge_several_physical_partitions():
    definition = {"id": "wide", "partitionKey": {"paths": ["/pk"], "kind": "Hash"}}
    CLIENT.CreateContainer(DATABASE, definition, {"offerThroughput": 24_000})
    for number in range(60):
        CLIENT.CreateItem(WIDE, {"id": str(number), "pk": f"p{number % 20}", "n": number, "g": number % 3})

    def query(text, **options):
        return list(CLIENT.QueryItems(WIDE, text, {**ACROSS, **options}))

    assert len(query("SELECT * FROM c", maxItemCount=7)) == 60
    assert query("SELECT VALUE c.n FROM c ORDER BY c.n DESC", maxItemCount=5) == list(range(59, -1, -1))
    assert query("SELECT TOP 2 VALUE c.n FROM c ORDER BY c.n") == [0, 1]
    assert query("SELECT VALUE COUNT(1) FROM c") == [60]
    assert query("SELECT VALUE SUM(c.n) FROM c WHERE c.n < 10") == [45]
    by_parameter = {"query": "SELECT VALUE c.id FROM c WHERE c.n = @n", "parameters": [{"name": "@n", "value": 7}]}
    assert query(by_parameter) == ["7"]
    assert len(list(CLIENT.ReadItems(WIDE, {"maxItemCount": 7}))) == 60


@step
def a_query_of_one_partition_groups():
    rows = CLIENT.QueryItems(WIDE, "SELECT c.g, COUNT(1) AS count FROM c GROUP BY c.g", {"partitionKey": "p0"})
    assert sorted((one["g"], one["count"]) for one in rows) == [(0, 1), (1, 1), (2, 1)]


@step
def the_change_feed_tells_every_change():
    CLIENT.CreateContainer(DATABASE, {"id": "feed", "partitionKey": {"paths": ["/pk"], "kind": "Hash"}})
    link = f"{DATABASE}/colls/feed"
    for number in range(5):
        CLIENT.CreateItem(link, {"id": str(number), "pk": "f"})

    def read(**options):
        return [one["id"] for one in CLIENT.QueryItemsChangeFeed(link, {"partitionKeyRangeId": "0", **options})]

    assert read(isStartFromBeginning=True, maxItemCount=2) == ["0", "1", "2", "3", "4"]
    continuation = CLIENT.last_response_headers["etag"]
    CLIENT.UpsertItem(link, {"id": "2", "pk": "f", "again": True})
    assert read(continuation=continuation) == ["2"]


@step
def an_item_expires():
    CLIENT.CreateItem(ITEMS, {"id": "short", "pk": "ttl", "ttl": 1})
    for _ in range(100):
        if status_of(lambda: CLIENT.ReadItem(f"{ITEMS}/docs/short", {"partitionKey": "ttl"})) == 404:
            return
        time.sleep(0.1)
    raise AssertionError("the item is still there")


@step
def a_permission_gives_what_it_says():
    CLIENT.CreateItem(ITEMS, {"id": "1", "pk": "b"})
    user = CLIENT.CreateUser(DATABASE, {"id": "reader"})
    permission = {"id": "read", "permissionMode": "Read", "resource": ITEMS}
    created = CLIENT.CreatePermission(user["_self"], permission)
    assert [one["id"] for one in CLIENT.ReadPermissions(f"{DATABASE}/users/reader")] == ["read"]
    reader = connect({"resourceTokens": {"items": created["_token"]}})
    assert reader.ReadItem(f"{ITEMS}/docs/1", {"partitionKey": "b"})["id"] == "1"
    assert status_of(lambda: reader.DeleteItem(f"{ITEMS}/docs/1", {"partitionKey": "b"})) == 403
    of_feed = connect({"permissionFeed": list(CLIENT.ReadPermissions(user["_self"]))})
    assert of_feed.ReadItem(f"{ITEMS}/docs/1", {"partitionKey": "b"})["id"] == "1"
    CLIENT.DeletePermission(created["_self"])
    CLIENT.DeleteUser(user["_self"])
    assert status_of(lambda: CLIENT.ReadUser(f"{DATABASE}/users/reader")) == 404


@step
def scripts_run_on_the_server():
    body = "function (id) { var context = getContext(), all = context.getCollection(); all.createDocument(all.getSelfLink(), { id: id, pk: 's' }, function (error, item) { if (error) throw error; context.getResponse().setBody(item.id); }); }"
    procedure = CLIENT.CreateStoredProcedure(ITEMS, {"id": "create", "body": body})
    assert CLIENT.ExecuteStoredProcedure(procedure["_self"], ["made"], {"partitionKey": "s"}) == "made"
    CLIENT.CreateUserDefinedFunction(ITEMS, {"id": "twice", "body": "function (x) { return 2 * x; }"})
    assert list(CLIENT.QueryItems(ITEMS, "SELECT VALUE udf.twice(4) FROM c WHERE c.id = 'made'", ACROSS)) == [8]
    upper = "function () { var r = getContext().getRequest(), item = r.getBody(); item.id = item.id.toUpperCase(); r.setBody(item); }"
    CLIENT.CreateTrigger(ITEMS, {"id": "upper", "body": upper, "triggerType": "Pre", "triggerOperation": "All"})
    assert CLIENT.CreateItem(ITEMS, {"id": "low", "pk": "s"}, {"preTriggerInclude": "upper"})["id"] == "LOW"


@step
def what_is_deleted_is_gone():
    CLIENT.DeleteDatabase(DATABASE)
    assert status_of(lambda: CLIENT.ReadDatabase(DATABASE)) == 404


def main():
    failed = 0
    for one in STEPS:
        name = one.__name__.replace("_", " ")
        try:
            one()
            print(f"passed: {name}")
        except Exception:  # a step that fails does not keep the others from running
            failed += 1
            print(f"failed: {name}")
            traceback.print_exc()
    print(f"{len(STEPS) - failed} of {len(STEPS)} steps passed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
