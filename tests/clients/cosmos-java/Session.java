import com.azure.cosmos.CosmosAsyncClient;
import com.azure.cosmos.CosmosAsyncUser;
import com.azure.cosmos.CosmosClient;
import com.azure.cosmos.CosmosClientBuilder;
import com.azure.cosmos.CosmosContainer;
import com.azure.cosmos.CosmosDatabase;
import com.azure.cosmos.CosmosException;
import com.azure.cosmos.models.ContainerChildResourceType;
import com.azure.cosmos.models.CosmosBatch;
import com.azure.cosmos.models.CosmosBatchResponse;
import com.azure.cosmos.models.CosmosBulkOperations;
import com.azure.cosmos.models.CosmosChangeFeedRequestOptions;
import com.azure.cosmos.models.CosmosContainerProperties;
import com.azure.cosmos.models.CosmosItemIdentity;
import com.azure.cosmos.models.CosmosItemOperation;
import com.azure.cosmos.models.CosmosItemRequestOptions;
import com.azure.cosmos.models.CosmosPatchItemRequestOptions;
import com.azure.cosmos.models.CosmosPatchOperations;
import com.azure.cosmos.models.CosmosPermissionProperties;
import com.azure.cosmos.models.CosmosQueryRequestOptions;
import com.azure.cosmos.models.CosmosStoredProcedureProperties;
import com.azure.cosmos.models.CosmosStoredProcedureRequestOptions;
import com.azure.cosmos.models.CosmosUserDefinedFunctionProperties;
import com.azure.cosmos.models.CosmosUserProperties;
import com.azure.cosmos.models.FeedRange;
import com.azure.cosmos.models.FeedResponse;
import com.azure.cosmos.models.PartitionKey;
import com.azure.cosmos.models.PartitionKeyBuilder;
import com.azure.cosmos.models.PartitionKeyDefinition;
import com.azure.cosmos.models.PartitionKeyDefinitionVersion;
import com.azure.cosmos.models.PartitionKind;
import com.azure.cosmos.models.PermissionMode;
import com.azure.cosmos.models.SqlParameter;
import com.azure.cosmos.models.SqlQuerySpec;
import com.azure.cosmos.models.ThroughputProperties;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * One session of the SDK for Java, in gateway mode, with an account that speaks the protocol of Cosmos DB.
 *
 * <p>COSMOS_ENDPOINT and COSMOS_KEY name the account. Each step prints one line; the exit code is 1 when a step fails.
 */
public final class Session {
  private static final String DATABASE = "java-session";
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final PartitionKey KEY = new PartitionKey("a");

  private final CosmosClient client = builder().key(System.getenv("COSMOS_KEY")).buildClient();
  private CosmosDatabase database;
  private CosmosContainer items;

  private interface Step {
    void run() throws Exception;
  }

  public static void main(String[] arguments) {
    Session session = new Session();
    Map<String, Step> steps = new LinkedHashMap<>();
    steps.put("databases and containers", session::createContainers);
    steps.put("items are created, read, replaced and deleted", session::writeItems);
    steps.put("an id of any characters names its item", session::nameItems);
    steps.put("an item is patched", session::patchItem);
    steps.put("a batch is atomic", session::executeBatch);
    steps.put("operations in bulk have their own results", session::executeBulk);
    steps.put("queries merge several physical partitions", session::queryRanges);
    steps.put("a query groups", session::queryGroups);
    steps.put("many items are read at once", session::readMany);
    steps.put("the change feed tells every change", session::readChangeFeed);
    steps.put("an item expires", session::expireItem);
    steps.put("a hierarchical key has prefixes", session::usePrefixes);
    steps.put("a permission gives what it says", session::usePermission);
    steps.put("scripts run on the server", session::runScripts);
    steps.put("what is deleted is gone", session::deleteAll);
    int failed = 0;
    for (Map.Entry<String, Step> step : steps.entrySet()) {
      try {
        step.getValue().run();
        System.out.println("passed: " + step.getKey());
      } catch (Throwable error) { // a step that fails does not keep the others from running
        failed += 1;
        System.out.println("failed: " + step.getKey());
        error.printStackTrace();
      }
    }
    System.out.printf("%d of %d steps passed%n", steps.size() - failed, steps.size());
    System.exit(failed == 0 ? 0 : 1); // the client's threads would keep the process
  }

  private static CosmosClientBuilder builder() {
    return new CosmosClientBuilder()
        .endpoint(System.getenv("COSMOS_ENDPOINT"))
        .gatewayMode()
        .endpointDiscoveryEnabled(false)
        .contentResponseOnWriteEnabled(true);
  }

  private void createContainers() {
    client.createDatabaseIfNotExists(DATABASE);
    client.getDatabase(DATABASE).delete();
    client.createDatabase(DATABASE);
    database = client.getDatabase(DATABASE);
    check(client.readAllDatabases().stream().anyMatch(one -> one.getId().equals(DATABASE)), true);
    CosmosContainerProperties properties = new CosmosContainerProperties("items", "/pk");
    properties.setDefaultTimeToLiveInSeconds(-1);
    database.createContainer(properties, ThroughputProperties.createManualThroughput(400));
    items = database.getContainer("items");
    check(items.read().getProperties().getPartitionKeyDefinition().getPaths(), List.of("/pk"));
    check(items.readThroughput().getProperties().getManualThroughput(), 400);
    items.replaceThroughput(ThroughputProperties.createManualThroughput(500));
    check(items.readThroughput().getProperties().getManualThroughput(), 500);
    SqlQuerySpec byId = new SqlQuerySpec("SELECT * FROM c WHERE c.id = @id", new SqlParameter("@id", "items"));
    check(database.queryContainers(byId).stream().count(), 1L);
    properties = items.read().getProperties();
    properties.setDefaultTimeToLiveInSeconds(3600);
    check(items.replace(properties).getProperties().getDefaultTimeToLiveInSeconds(), 3600);
  }

  private void writeItems() {
    String etag = items.createItem(item("1", "a").put("n", 1)).getETag();
    check(items.readItem("1", KEY, JsonNode.class).getETag(), etag);
    check(status(() -> items.createItem(item("1", "a"))), 409);
    items.replaceItem(item("1", "a").put("n", 2), "1", KEY, new CosmosItemRequestOptions());
    CosmosItemRequestOptions stale = new CosmosItemRequestOptions().setIfMatchETag(etag);
    check(status(() -> items.replaceItem(item("1", "a"), "1", KEY, stale)), 412);
    items.upsertItem(item("1", "a").put("n", 3));
    check(items.readItem("1", KEY, JsonNode.class).getItem().get("n").asInt(), 3);
    check(items.deleteItem("1", KEY, new CosmosItemRequestOptions()).getStatusCode(), 204);
    check(status(() -> items.readItem("1", KEY, JsonNode.class)), 404);
  }

  private void nameItems() {
    List<String> names = List.of("a b", "ü✓", "50%", "a+b", "a&b=c", "'q'");
    for (String name : names) {
      items.createItem(item(name, "ids"));
      check(items.readItem(name, new PartitionKey("ids"), JsonNode.class).getItem().get("id").asText(), name);
    }
    check(items.readAllItems(new PartitionKey("ids"), JsonNode.class).stream().count(), (long) names.size());
  }

  private void patchItem() {
    ObjectNode item = item("p", "a").put("n", 1);
    item.putArray("list").add(1);
    items.createItem(item);
    CosmosPatchOperations operations =
        CosmosPatchOperations.create().increment("/n", 4).add("/list/-", 2).set("/s", "x").move("/s", "/t");
    JsonNode patched = items.patchItem("p", KEY, operations, JsonNode.class).getItem();
    check(patched.get("n").asInt(), 5);
    check(patched.get("list").size(), 2);
    check(patched.get("t").asText(), "x");
    CosmosPatchItemRequestOptions failing = new CosmosPatchItemRequestOptions().setFilterPredicate("FROM c WHERE c.n = 1");
    check(status(() -> items.patchItem("p", KEY, operations, failing, JsonNode.class)), 412);
  }

  private void executeBatch() {
    PartitionKey key = new PartitionKey("b");
    CosmosBatch batch = CosmosBatch.createCosmosBatch(key);
    batch.createItemOperation(item("b1", "b"));
    batch.upsertItemOperation(item("b2", "b"));
    batch.readItemOperation("b1");
    batch.patchItemOperation("b1", CosmosPatchOperations.create().add("/n", 1));
    batch.replaceItemOperation("b2", item("b2", "b").put("n", 2));
    batch.deleteItemOperation("b2");
    CosmosBatchResponse response = items.executeCosmosBatch(batch);
    check(response.isSuccessStatusCode(), true);
    check(response.getResults().stream().map(one -> one.getStatusCode()).toList(), List.of(201, 201, 200, 200, 200, 204));
    CosmosBatch conflicting = CosmosBatch.createCosmosBatch(key);
    conflicting.createItemOperation(item("b3", "b"));
    conflicting.createItemOperation(item("b1", "b"));
    check(items.executeCosmosBatch(conflicting).getResults().stream().map(one -> one.getStatusCode()).toList(), List.of(424, 409));
    check(status(() -> items.readItem("b3", key, JsonNode.class)), 404);
  }

  private void executeBulk() {
    List<CosmosItemOperation> operations = new ArrayList<>();
    for (int number = 0; number < 150; number++) {
      String key = "bulk" + number % 7;
      operations.add(CosmosBulkOperations.getCreateItemOperation(item("k" + number, key), new PartitionKey(key)));
    }
    operations.add(CosmosBulkOperations.getReadItemOperation("none", KEY));
    List<Integer> statuses = new ArrayList<>();
    items.executeBulkOperations(operations).forEach(one -> statuses.add(one.getResponse().getStatusCode()));
    check(statuses.stream().filter(status -> status == 201).count(), 150L);
    check(statuses.stream().filter(status -> status == 404).count(), 1L);
  }

  private void queryRanges() {
    database.createContainer("wide", "/pk", ThroughputProperties.createManualThroughput(24_000));
    CosmosContainer wide = database.getContainer("wide");
    List<FeedRange> ranges = wide.getFeedRanges();
    check(ranges.size() > 1, true);
    for (int number = 0; number < 60; number++)
      wide.createItem(item(String.valueOf(number), "p" + number % 20).put("n", number).put("g", number % 3));
    check(query(wide, "SELECT * FROM c").size(), 60);
    List<Integer> sorted = numbers(query(wide, "SELECT VALUE c.n FROM c ORDER BY c.n DESC"));
    check(sorted, IntStream.range(0, 60).map(number -> 59 - number).boxed().toList());
    check(numbers(query(wide, "SELECT VALUE c.n FROM c ORDER BY c.n OFFSET 10 LIMIT 3")), List.of(10, 11, 12));
    check(numbers(query(wide, "SELECT TOP 2 VALUE c.n FROM c ORDER BY c.n")), List.of(0, 1));
    check(numbers(query(wide, "SELECT VALUE COUNT(1) FROM c")), List.of(60));
    check(numbers(query(wide, "SELECT VALUE SUM(c.n) FROM c WHERE c.n < 10")), List.of(45));
    check(query(wide, "SELECT VALUE AVG(c.n) FROM c").get(0).asDouble(), 29.5);
    check(numbers(query(wide, "SELECT VALUE MAX(c.n) FROM c")), List.of(59));
    check(numbers(query(wide, "SELECT DISTINCT VALUE c.g FROM c")).stream().sorted().toList(), List.of(0, 1, 2));
    SqlQuerySpec byNumber = new SqlQuerySpec("SELECT VALUE c.id FROM c WHERE c.n = @n", new SqlParameter("@n", 7));
    check(wide.queryItems(byNumber, new CosmosQueryRequestOptions(), String.class).stream().toList(), List.of("7"));
    int total = 0;
    for (FeedRange range : ranges)
      total += (int) wide.queryItems("SELECT * FROM c", new CosmosQueryRequestOptions().setFeedRange(range), JsonNode.class).stream().count();
    check(total, 60);
    checkPages(wide);
  }

  /** The pages of a sorted query continue after the token of each. */
  private static void checkPages(CosmosContainer wide) {
    List<Integer> read = new ArrayList<>();
    String continuation = null;
    do {
      FeedResponse<Integer> page =
          wide.queryItems("SELECT VALUE c.n FROM c ORDER BY c.n", new CosmosQueryRequestOptions(), Integer.class)
              .iterableByPage(continuation, 7)
              .iterator()
              .next();
      read.addAll(page.getResults());
      continuation = page.getContinuationToken();
    } while (continuation != null);
    check(read, IntStream.range(0, 60).boxed().toList());
  }

  private void queryGroups() {
    CosmosContainer wide = database.getContainer("wide");
    List<JsonNode> groups = query(wide, "SELECT c.g, COUNT(1) AS count, SUM(c.n) AS sum FROM c GROUP BY c.g");
    check(groups.stream().map(one -> one.get("g").asInt()).sorted().toList(), List.of(0, 1, 2));
    check(groups.stream().mapToInt(one -> one.get("count").asInt()).boxed().toList(), List.of(20, 20, 20));
    check(groups.stream().mapToInt(one -> one.get("sum").asInt()).sum(), 1770);
  }

  private void readMany() {
    List<CosmosItemIdentity> identities = new ArrayList<>();
    for (int number = 0; number < 30; number++)
      identities.add(new CosmosItemIdentity(new PartitionKey("p" + number % 20), String.valueOf(number)));
    check(database.getContainer("wide").readMany(identities, JsonNode.class).getResults().size(), 30);
  }

  private void readChangeFeed() {
    database.createContainer("feed", "/pk");
    CosmosContainer feed = database.getContainer("feed");
    for (int number = 0; number < 5; number++) feed.createItem(item(String.valueOf(number), "f"));
    CosmosChangeFeedRequestOptions fromBeginning =
        CosmosChangeFeedRequestOptions.createForProcessingFromBeginning(FeedRange.forFullRange()).setMaxItemCount(2);
    List<String> ids = new ArrayList<>();
    String continuation = null;
    for (FeedResponse<JsonNode> page : feed.queryChangeFeed(fromBeginning, JsonNode.class).iterableByPage()) {
      page.getResults().forEach(one -> ids.add(one.get("id").asText()));
      continuation = page.getContinuationToken();
    }
    check(ids, List.of("0", "1", "2", "3", "4"));
    feed.upsertItem(item("2", "f").put("again", true));
    check(ids(feed, CosmosChangeFeedRequestOptions.createForProcessingFromContinuation(continuation)), List.of("2"));
    FeedRange one = FeedRange.forLogicalPartition(new PartitionKey("f"));
    check(ids(feed, CosmosChangeFeedRequestOptions.createForProcessingFromBeginning(one)).size(), 5);
  }

  private static List<String> ids(CosmosContainer feed, CosmosChangeFeedRequestOptions options) {
    return feed.queryChangeFeed(options, JsonNode.class).stream().map(one -> one.get("id").asText()).toList();
  }

  private void expireItem() throws InterruptedException {
    items.createItem(item("short", "ttl").put("ttl", 1));
    for (int attempt = 0; attempt < 100; attempt++) {
      if (status(() -> items.readItem("short", new PartitionKey("ttl"), JsonNode.class)) == 404) return;
      Thread.sleep(100);
    }
    throw new AssertionError("the item is still there");
  }

  private void usePrefixes() {
    PartitionKeyDefinition definition = new PartitionKeyDefinition();
    definition.setPaths(List.of("/tenant", "/user", "/session"));
    definition.setKind(PartitionKind.MULTI_HASH);
    definition.setVersion(PartitionKeyDefinitionVersion.V2);
    database.createContainer(new CosmosContainerProperties("levels", definition));
    CosmosContainer levels = database.getContainer("levels");
    for (int number = 0; number < 6; number++) {
      ObjectNode item = JSON.createObjectNode().put("id", String.valueOf(number));
      levels.createItem(item.put("tenant", "t" + number % 2).put("user", "u" + number % 3).put("session", "s"));
    }
    PartitionKey whole = new PartitionKeyBuilder().add("t0").add("u1").add("s").build();
    check(levels.readItem("4", whole, JsonNode.class).getItem().get("user").asText(), "u1");
    check(countUnder(levels, new PartitionKeyBuilder().add("t0").build()), 3L);
    check(countUnder(levels, new PartitionKeyBuilder().add("t1").add("u1").build()), 1L);
    levels.deleteItem("4", whole, new CosmosItemRequestOptions());
    check(countUnder(levels, new PartitionKeyBuilder().add("t0").build()), 2L);
  }

  private static long countUnder(CosmosContainer levels, PartitionKey prefix) {
    CosmosQueryRequestOptions options = new CosmosQueryRequestOptions().setPartitionKey(prefix);
    return levels.queryItems("SELECT * FROM c", options, JsonNode.class).stream().count();
  }

  /** Only the asynchronous client has permissions. */
  private void usePermission() {
    database.createUser(new CosmosUserProperties().setId("reader"));
    CosmosPermissionProperties properties =
        new CosmosPermissionProperties().setId("read").setPermissionMode(PermissionMode.READ).setContainerName("items");
    CosmosPermissionProperties created;
    try (CosmosAsyncClient owner = builder().key(System.getenv("COSMOS_KEY")).buildAsyncClient()) {
      CosmosAsyncUser user = owner.getDatabase(DATABASE).getUser("reader");
      created = user.createPermission(properties, null).block().getProperties();
      check(user.readAllPermissions().collectList().block().size(), 1);
    }
    try (CosmosClient reader = builder().resourceToken(created.getToken()).buildClient()) {
      CosmosContainer allowed = reader.getDatabase(DATABASE).getContainer("items");
      check(allowed.readItem("b1", new PartitionKey("b"), JsonNode.class).getStatusCode(), 200);
      check(status(() -> allowed.createItem(item("no", "b"), new PartitionKey("b"), new CosmosItemRequestOptions())), 403);
      CosmosQueryRequestOptions ofOne = new CosmosQueryRequestOptions().setPartitionKey(new PartitionKey("b"));
      check(allowed.queryItems("SELECT * FROM c", ofOne, JsonNode.class).stream().count(), 1L);
    }
    database.getUser("reader").delete();
    check(status(() -> database.getUser("reader").read()), 404);
  }

  private void runScripts() {
    String body =
        "function (id) { var context = getContext(); var all = context.getCollection();"
            + " all.createDocument(all.getSelfLink(), { id: id, pk: 's' }, function (error, item) {"
            + " if (error) throw error; context.getResponse().setBody(item.id); }); }";
    items.getScripts().createStoredProcedure(new CosmosStoredProcedureProperties("create", body));
    CosmosStoredProcedureRequestOptions options = new CosmosStoredProcedureRequestOptions().setPartitionKey(new PartitionKey("s"));
    String response = items.getScripts().getStoredProcedure("create").execute(List.of("from-script"), options).getResponseAsString();
    check(response, "\"from-script\"");
    items.getScripts().createUserDefinedFunction(new CosmosUserDefinedFunctionProperties("twice", "function (x) { return 2 * x; }"));
    check(numbers(query(items, "SELECT VALUE udf.twice(4) FROM c WHERE c.id = 'from-script'")), List.of(8));
  }

  private void deleteAll() {
    database.delete();
    check(status(() -> database.read()), 404);
    client.close();
  }

  private static List<JsonNode> query(CosmosContainer container, String text) {
    return container.queryItems(text, new CosmosQueryRequestOptions(), JsonNode.class).stream().toList();
  }

  private static List<Integer> numbers(List<JsonNode> values) {
    return values.stream().map(JsonNode::asInt).toList();
  }

  private static ObjectNode item(String id, String key) {
    return JSON.createObjectNode().put("id", id).put("pk", key);
  }

  /** The status with which a call fails; 0 when it does not. */
  private static int status(Runnable call) {
    try {
      call.run();
      return 0;
    } catch (CosmosException error) {
      return error.getStatusCode();
    }
  }

  private static void check(Object actual, Object expected) {
    if (!Objects.equals(actual, expected)) throw new AssertionError("Expected " + expected + ", but it is " + actual);
  }
}
