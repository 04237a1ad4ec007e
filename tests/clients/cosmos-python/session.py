"""One session of the SDK for Python with an account that speaks the protocol of Cosmos DB.

COSMOS_ENDPOINT and COSMOS_KEY name the account; COSMOS_CERTIFICATE is the file of its certificate, where it has TLS.
Each step prints one line; the exit code is 1 when a step fails.
"""

import os
import sys
import time
import traceback

from azure.core import MatchConditions
from azure.cosmos import CosmosClient, PartitionKey, exceptions

DATABASE = "python-session"
STEPS = []


def step(function):
    STEPS.append(function)
    return function


def connect(credential):
    certificate = os.environ.get("COSMOS_CERTIFICATE")
    options = {"connection_verify": certificate} if certificate else {}
    return CosmosClient(os.environ["COSMOS_ENDPOINT"], credential, **options)


def status_of(call):
    try:
        call()
    except exceptions.CosmosHttpResponseError as error:
        return error.status_code
    return None


class Session:
    def __init__(self):
        self.client = connect(os.environ["COSMOS_KEY"])
        self.client.create_database_if_not_exists(DATABASE)
        self.client.delete_database(DATABASE)
        self.database = self.client.create_database(DATABASE)
        self.container = None


@step
def databases_and_containers(session):
    assert DATABASE in [one["id"] for one in session.client.list_databases()]
    session.container = session.database.create_container(
        "items", PartitionKey("/pk"), default_ttl=-1, offer_throughput=400
    )
    assert session.container.read()["partitionKey"]["paths"] == ["/pk"]
    assert session.container.get_throughput().offer_throughput == 400
    assert [one["id"] for one in session.database.list_containers()] == ["items"]
    found = session.database.query_containers("SELECT * FROM c WHERE c.id = @id", [{"name": "@id", "value": "items"}])
    assert len(list(found)) == 1


@step
def items_are_created_read_replaced_and_deleted(session):
    items = session.container
    created = items.create_item({"id": "1", "pk": "a", "n": 1})
    assert items.read_item("1", "a")["_etag"] == created["_etag"]
    assert status_of(lambda: items.create_item({"id": "1", "pk": "a"})) == 409
    replaced = items.replace_item("1", {"id": "1", "pk": "a", "n": 2})
    stale = {"etag": created["_etag"], "match_condition": MatchConditions.IfNotModified}
    assert status_of(lambda: items.replace_item("1", {"id": "1", "pk": "a"}, **stale)) == 412
    assert replaced["n"] == 2
    items.upsert_item({"id": "1", "pk": "a", "n": 3})
    assert items.read_item(replaced, "a")["n"] == 3
    items.delete_item("1", "a")
    assert status_of(lambda: items.read_item("1", "a")) == 404


@step
def an_id_of_any_characters_names_its_item(session):
    for name in ["a b", "ü✓", "50%", "a+b", "a&b=c", "'q'"]:
        session.container.create_item({"id": name, "pk": "ids"})
        assert session.container.read_item(name, "ids")["id"] == name
    assert len(list(session.container.query_items("SELECT * FROM c", partition_key="ids"))) == 6


@step
def an_item_is_patched(session):
    items = session.container
    items.create_item({"id": "p", "pk": "a", "n": 1, "list": [1]})
    operations = [
        {"op": "incr", "path": "/n", "value": 4},
        {"op": "add", "path": "/list/-", "value": 2},
        {"op": "set", "path": "/s", "value": "x"},
    ]
    assert items.patch_item("p", "a", operations)["n"] == 5
    failing = {"filter_predicate": "from c where c.n = 1"}
    assert status_of(lambda: items.patch_item("p", "a", operations, **failing)) == 412


@step
def a_batch_is_atomic(session):
    items = session.container
    results = items.execute_item_batch(
        [
            ("create", ({"id": "b1", "pk": "b"},)),
            ("upsert", ({"id": "b2", "pk": "b"},)),
            ("read", ("b1",)),
            ("patch", ("b1", [{"op": "add", "path": "/n", "value": 1}])),
            ("replace", ("b2", {"id": "b2", "pk": "b", "n": 2})),
            ("delete", ("b2",)),
        ],
        "b",
    )
    assert [one["statusCode"] for one in results] == [201, 201, 200, 200, 200, 204]
    try:
        items.execute_item_batch([("create", ({"id": "b3", "pk": "b"},)), ("create", ({"id": "b1", "pk": "b"},))], "b")
        raise AssertionError("the batch was accepted")
    except exceptions.CosmosBatchOperationError as error:
        assert error.error_index == 1 and error.status_code == 409
    assert status_of(lambda: items.read_item("b3", "b")) == 404


@step
def queries_merge_several_physical_partitions(session):
    items = session.database.create_container("wide", PartitionKey("/pk"), offer_throughput=24_000)
    assert len(list(items.read_feed_ranges())) > 1
    for number in range(60):
        items.create_item({"id": str(number), "pk": f"p{number % 20}", "n": number, "g": number % 3})

    def query(text, **options):
        return list(items.query_items(text, enable_cross_partition_query=True, **options))

    assert len(query("SELECT * FROM c", max_item_count=7)) == 60
    assert query("SELECT VALUE c.n FROM c ORDER BY c.n DESC", max_item_count=5) == list(range(59, -1, -1))
    assert query("SELECT VALUE c.n FROM c ORDER BY c.n OFFSET 10 LIMIT 3") == [10, 11, 12]
    assert query("SELECT TOP 2 VALUE c.n FROM c ORDER BY c.n") == [0, 1]
    assert query("SELECT VALUE COUNT(1) FROM c") == [60]
    assert query("SELECT VALUE SUM(c.n) FROM c WHERE c.n < 10") == [45]
    assert sorted(query("SELECT DISTINCT VALUE c.g FROM c")) == [0, 1, 2]
    by_parameter = query("SELECT VALUE c.id FROM c WHERE c.n = @n", parameters=[{"name": "@n", "value": 7}])
    assert by_parameter == ["7"]
    in_range = list(items.query_items("SELECT * FROM c", feed_range=next(iter(items.read_feed_ranges()))))
    assert 0 < len(in_range) < 60


@step
def a_query_groups(session):
    grouped = list(
        session.database.get_container_client("wide").query_items(
            "SELECT c.g, COUNT(1) AS count FROM c GROUP BY c.g", partition_key="p0"
        )
    )
    assert sorted(one["g"] for one in grouped) == [0, 1, 2]
    assert [one["count"] for one in grouped] == [1, 1, 1]


@step
def many_items_are_read_at_once(session):
    wide = session.database.get_container_client("wide")
    read = wide.read_items([(str(number), f"p{number % 20}") for number in range(30)])
    assert len(read) == 30
    assert len(list(wide.read_all_items(max_item_count=7))) == 60


@step
def the_change_feed_tells_every_change(session):
    items = session.database.create_container("feed", PartitionKey("/pk"))
    for number in range(5):
        items.create_item({"id": str(number), "pk": "f"})
    pages = items.query_items_change_feed(start_time="Beginning", max_item_count=2)
    assert [one["id"] for one in pages] == ["0", "1", "2", "3", "4"]
    continuation = items.client_connection.last_response_headers["etag"]
    items.upsert_item({"id": "2", "pk": "f", "again": True})
    assert [one["id"] for one in items.query_items_change_feed(continuation=continuation)] == ["2"]
    assert [one["id"] for one in items.query_items_change_feed(start_time="Beginning", partition_key="f")][-1] == "2"


@step
def an_item_expires(session):
    session.container.create_item({"id": "short", "pk": "ttl", "ttl": 1})
    for _ in range(100):
        if status_of(lambda: session.container.read_item("short", "ttl")) == 404:
            return
        time.sleep(0.1)
    raise AssertionError("the item is still there")


@step
def a_hierarchical_key_has_prefixes(session):
    key = PartitionKey(path=["/tenant", "/user", "/session"], kind="MultiHash")
    items = session.database.create_container("levels", key)
    for number in range(6):
        items.create_item({"id": str(number), "tenant": f"t{number % 2}", "user": f"u{number % 3}", "session": "s"})
    assert items.read_item("4", ["t0", "u1", "s"])["user"] == "u1"
    assert len(list(items.query_items("SELECT * FROM c", partition_key=["t0"]))) == 3
    assert len(list(items.query_items("SELECT * FROM c", partition_key=["t1", "u1"]))) == 1
    items.delete_item("4", ["t0", "u1", "s"])
    assert len(list(items.query_items("SELECT * FROM c", partition_key=["t0"]))) == 2


@step
def a_permission_gives_what_it_says(session):
    user = session.database.create_user({"id": "reader"})
    link = f"dbs/{DATABASE}/colls/items"
    permission = user.create_permission({"id": "read", "permissionMode": "Read", "resource": link})
    assert permission.permission_mode == "Read"
    assert [one["id"] for one in user.list_permissions()] == ["read"]
    token = permission.properties["_token"]
    reader = connect({link: token}).get_database_client(DATABASE).get_container_client("items")
    assert reader.read_item("b1", "b")["id"] == "b1"
    assert status_of(lambda: reader.create_item({"id": "no", "pk": "b"})) == 403
    assert [one["id"] for one in reader.query_items("SELECT * FROM c WHERE c.id = 'b1'", partition_key="b")] == ["b1"]
    user.delete_permission("read")
    session.database.delete_user("reader")
    assert status_of(lambda: session.database.get_user_client("reader").read()) == 404


@step
def scripts_run_on_the_server(session):
    scripts = session.container.scripts
    body = "function (id) { var context = getContext(); context.getCollection().createDocument(context.getCollection().getSelfLink(), { id: id, pk: 's' }, function (error, item) { if (error) throw error; context.getResponse().setBody(item.id); }); }"
    scripts.create_stored_procedure({"id": "create", "body": body})
    assert scripts.execute_stored_procedure("create", partition_key="s", params=["from-script"]) == "from-script"
    assert session.container.read_item("from-script", "s")["id"] == "from-script"
    scripts.create_user_defined_function({"id": "twice", "body": "function (x) { return 2 * x; }"})
    rows = session.container.query_items("SELECT VALUE udf.twice(4) FROM c WHERE c.id = 'from-script'", partition_key="s")
    assert list(rows) == [8]


@step
def what_is_deleted_is_gone(session):
    session.client.delete_database(DATABASE)
    assert status_of(lambda: session.client.get_database_client(DATABASE).read()) == 404


def main():
    session = Session()
    failed = 0
    for one in STEPS:
        name = one.__name__.replace("_", " ")
        try:
            one(session)
            print(f"passed: {name}")
        except Exception:  # a step that fails does not keep the others from running
            failed += 1
            print(f"failed: {name}")
            traceback.print_exc()
    print(f"{len(STEPS) - failed} of {len(STEPS)} steps passed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
