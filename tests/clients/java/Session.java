import com.microsoft.graph.beta.models.ClonableTeamParts;
import com.microsoft.graph.beta.models.OperationError;
import com.microsoft.graph.beta.models.Team;
import com.microsoft.graph.beta.models.TeamVisibilityType;
import com.microsoft.graph.beta.models.TeamsAsyncOperation;
import com.microsoft.graph.beta.models.TeamsAsyncOperationStatus;
import com.microsoft.graph.beta.models.TeamsAsyncOperationType;
import com.microsoft.graph.beta.models.odataerrors.ODataError;
import com.microsoft.graph.beta.serviceclient.GraphServiceClient;
import com.microsoft.graph.beta.teams.item.archive.ArchivePostRequestBody;
import com.microsoft.graph.beta.teams.item.clone.ClonePostRequestBody;
import com.microsoft.graph.core.requests.GraphClientFactory;
import com.microsoft.kiota.NativeResponseHandler;
import com.microsoft.kiota.ResponseHandlerOption;
import com.microsoft.kiota.authentication.AccessTokenProvider;
import com.microsoft.kiota.authentication.AllowedHostsValidator;
import com.microsoft.kiota.authentication.BaseBearerTokenAuthenticationProvider;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import okhttp3.OkHttpClient;
import okhttp3.Response;

/** Plays operations of chats and the life of teams with microsoft-graph-beta, unchanged: npm run test:clients -- java */
public final class Session {
  private static final String ORIGIN = System.getenv("SESSION_ORIGIN");
  private static final OffsetDateTime LAST_ACTION = OffsetDateTime.parse("2021-05-27T21:23:45.1899277Z");
  private static final Pattern LOCATION = Pattern.compile("/teams\\('([^']+)'\\)/operations\\('([^']+)'\\)");
  private static int passed = 0;
  private static int failed = 0;

  public static void main(String[] arguments) throws Exception {
    GraphServiceClient graph = connect();
    playChat(graph);
    playTeam(graph);
    System.out.printf("{\"passed\":%d,\"failed\":%d}%n", passed, failed);
    System.exit(0); // the client's connections would keep the process for a minute
  }

  /** Compares, and says what differs: a session goes on, so that one run shows all of it. */
  private static void check(String title, Object actual, Object expected) {
    if (Objects.equals(actual, expected)) {
      passed += 1;
      return;
    }
    failed += 1;
    System.err.printf("failed: %s%n  actual:   %s%n  expected: %s%n", title, actual, expected);
  }

  private static GraphServiceClient connect() throws Exception {
    AccessTokenProvider tokens = new AccessTokenProvider() {
      @Override
      public String getAuthorizationToken(URI uri, Map<String, Object> context) {
        return System.getenv("SESSION_TOKEN");
      }

      @Override
      public AllowedHostsValidator getAllowedHostsValidator() {
        return new AllowedHostsValidator(URI.create(ORIGIN).getHost());
      }
    };
    X509TrustManager trust = trustOfTheSession();
    SSLContext tls = SSLContext.getInstance("TLS");
    tls.init(null, new X509TrustManager[] {trust}, null);
    var authentication = new BaseBearerTokenAuthenticationProvider(tokens);
    OkHttpClient http = GraphClientFactory.create(authentication).sslSocketFactory(tls.getSocketFactory(), trust).build();
    GraphServiceClient graph = new GraphServiceClient(authentication, http);
    graph.getRequestAdapter().setBaseUrl(ORIGIN + "/beta");
    return graph;
  }

  private static X509TrustManager trustOfTheSession() throws Exception {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    try (InputStream file = Files.newInputStream(Path.of(System.getenv("SESSION_CERTIFICATE")))) {
      store.setCertificateEntry("session", CertificateFactory.getInstance("X.509").generateCertificate(file));
    }
    TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    return (X509TrustManager) factory.getTrustManagers()[0];
  }

  private static TeamsAsyncOperation newOperation(TeamsAsyncOperationType type, TeamsAsyncOperationStatus status) {
    TeamsAsyncOperation operation = new TeamsAsyncOperation();
    operation.setOperationType(type);
    operation.setStatus(status);
    operation.setLastActionDateTime(LAST_ACTION);
    operation.setAttemptsCount(1);
    return operation;
  }

  /** The status and the code of what is thrown. */
  private static String errorOf(Runnable call) {
    try {
      call.run();
      return "200";
    } catch (ODataError error) {
      boolean hasId = error.getError().getInnerError().getRequestId() != null;
      return error.getResponseStatusCode() + " " + error.getError().getCode() + (hasId ? "" : " without id");
    }
  }

  private static void playChat(GraphServiceClient graph) {
    var operations = graph.chats().byChatId(System.getenv("SESSION_CHAT")).operations();
    for (TeamsAsyncOperationType type : TeamsAsyncOperationType.values()) {
      var created = operations.post(newOperation(type, TeamsAsyncOperationStatus.InProgress));
      check(type.value + " is created", created.getOperationType(), type);
    }
    for (TeamsAsyncOperationStatus status : TeamsAsyncOperationStatus.values()) {
      var created = operations.post(newOperation(TeamsAsyncOperationType.CreateChat, status));
      check("the status " + status.value + " is kept", created.getStatus(), status);
    }

    TeamsAsyncOperation given = newOperation(TeamsAsyncOperationType.CreateChat, TeamsAsyncOperationStatus.Failed);
    OperationError error = new OperationError();
    error.setCode("TeamUnavailable");
    error.setMessage("The team was not found.");
    given.setError(error);
    given.getAdditionalData().put("values", "{\"appIds\":[\"1\"]}");
    String id = operations.post(given).getId();
    var item = operations.byTeamsAsyncOperationId(id);
    TeamsAsyncOperation got = item.get();
    check("the error is kept", got.getError().getCode() + ": " + got.getError().getMessage(), "TeamUnavailable: The team was not found.");
    check("a dynamic property is kept", textOf(got.getAdditionalData().get("values")), "{\"appIds\":[\"1\"]}");
    check("a date of seven digits is written", got.getLastActionDateTime(), LAST_ACTION);
    var seven = operations.byTeamsAsyncOperationId("seven").get();
    check("a date of seven digits is read", seven.getLastActionDateTime(), LAST_ACTION);

    TeamsAsyncOperation changes = new TeamsAsyncOperation();
    changes.setStatus(TeamsAsyncOperationStatus.Succeeded);
    changes.setAttemptsCount(2);
    TeamsAsyncOperation patched = item.patch(changes);
    check("a patch changes what it names", patched.getStatus(), TeamsAsyncOperationStatus.Succeeded);
    check("a patch keeps the rest", patched.getError().getCode(), "TeamUnavailable");

    check("all are counted", operations.count().get(), 19);
    List<String> seen = new ArrayList<>();
    int pages = 1;
    var page = operations.get(request -> {
      request.queryParameters.filter = "status eq 'inProgress'";
      request.queryParameters.orderby = new String[] {"createdDateTime"};
      request.queryParameters.top = 4;
    });
    page.getValue().forEach(operation -> seen.add(operation.getId()));
    while (page.getOdataNextLink() != null) {
      page = operations.withUrl(page.getOdataNextLink()).get();
      page.getValue().forEach(operation -> seen.add(operation.getId()));
      pages += 1;
    }
    check("pages bring each once", List.of(seen.size(), new HashSet<>(seen).size(), pages), List.of(12, 12, 3));

    TeamsAsyncOperation wrong = new TeamsAsyncOperation();
    wrong.setId("a/b");
    check("a wrong body is rejected", errorOf(() -> operations.post(wrong)), "400 BadRequest");
    item.delete();
    check("what was deleted is gone", errorOf(item::get), "404 NotFound");
    check("a filter that is none is rejected", errorOf(() -> operations.get(it -> it.queryParameters.filter = "status is good")), "400 BadRequest");
  }

  /** Additional data are nodes of the SDK in one version and plain values in another. */
  private static String textOf(Object value) {
    return value instanceof com.microsoft.kiota.serialization.UntypedString node ? node.getValue() : String.valueOf(value);
  }

  /** Its `Location`. As to Graph itself: the SDK expects a team, and leaves an answer without one to a response handler. */
  private static Matcher createTeam(GraphServiceClient graph, String scenario) {
    Team team = new Team();
    team.setDisplayName("Wind turbines");
    team.setVisibility(TeamVisibilityType.Private);
    team.getAdditionalData().put("template@odata.bind", "https://graph.microsoft.com/beta/teamsTemplates('standard')");
    NativeResponseHandler handler = new NativeResponseHandler();
    ResponseHandlerOption option = new ResponseHandlerOption();
    option.setResponseHandler(handler);
    graph.teams().post(team, request -> {
      request.options.add(option);
      request.headers.add("Prefer", "lro-scenario=" + scenario);
    });
    try (Response response = (Response) handler.getValue()) {
      Matcher location = LOCATION.matcher(String.valueOf(response.header("Location")));
      check("POST /teams is accepted, with a Location of Graph's form", response.code() + " " + location.matches(), "202 true");
      return location;
    }
  }

  private static void playTeam(GraphServiceClient graph) throws Exception {
    String slow = createTeam(graph, "slow-success").group(1);
    check("a team is not there before its operation ends", errorOf(() -> graph.teams().byTeamId(slow).get()), "404 NotFound");
    Matcher location = createTeam(graph, "quick-success");
    String teamId = location.group(1);
    var item = graph.teams().byTeamId(teamId);
    TeamsAsyncOperation created = endOf(graph, teamId, location.group(2));
    check("the operation created the team", created.getTargetResourceId(), teamId);
    Team found = item.get();
    check("the team is there", found.getDisplayName() + " " + found.getVisibility() + " " + found.getIsArchived(), "Wind turbines Private false");

    ClonePostRequestBody clone = new ClonePostRequestBody();
    clone.setDisplayName("Water");
    clone.setMailNickname("water");
    clone.setPartsToClone(EnumSet.of(ClonableTeamParts.Apps, ClonableTeamParts.Channels));
    item.clone().post(clone);
    TeamsAsyncOperation copy = latest(graph, teamId, TeamsAsyncOperationType.CloneTeam);
    check("the clone is there", graph.teams().byTeamId(copy.getTargetResourceId()).get().getDisplayName(), "Water");
    ArchivePostRequestBody archive = new ArchivePostRequestBody();
    archive.setShouldSetSpoSiteReadOnlyForMembers(true);
    item.archive().post(archive);
    latest(graph, teamId, TeamsAsyncOperationType.ArchiveTeam);
    check("the team is archived", item.get().getIsArchived(), true);
    item.unarchive().post();
    latest(graph, teamId, TeamsAsyncOperationType.UnarchiveTeam);
    check("the team is restored", item.get().getIsArchived(), false);
    check("all operations are counted", item.operations().count().get(), 4);
  }

  private static TeamsAsyncOperation latest(GraphServiceClient graph, String teamId, TeamsAsyncOperationType type) throws Exception {
    var listed = graph.teams().byTeamId(teamId).operations().get().getValue();
    String id = listed.stream().filter(operation -> operation.getOperationType() == type).findFirst().orElseThrow().getId();
    return endOf(graph, teamId, id);
  }

  private static TeamsAsyncOperation endOf(GraphServiceClient graph, String teamId, String id) throws Exception {
    var item = graph.teams().byTeamId(teamId).operations().byTeamsAsyncOperationId(id);
    TeamsAsyncOperation operation = item.get();
    while (operation.getStatus() != TeamsAsyncOperationStatus.Succeeded && operation.getStatus() != TeamsAsyncOperationStatus.Failed) {
      Thread.sleep(300);
      operation = item.get();
    }
    return operation;
  }
}
