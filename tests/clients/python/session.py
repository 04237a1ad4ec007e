"""Plays operations of chats and the life of teams with msgraph-beta-sdk, unchanged: npm run test:clients -- python"""

import asyncio
import json
import os
import sys
from datetime import datetime, timezone
from urllib.parse import urlparse

from kiota_abstractions.api_error import APIError
from kiota_abstractions.authentication import (
    AccessTokenProvider,
    AllowedHostsValidator,
    BaseBearerTokenAuthenticationProvider,
)
from kiota_abstractions.base_request_configuration import RequestConfiguration
from kiota_http.middleware.options import HeadersInspectionHandlerOption
from msgraph_beta import GraphRequestAdapter, GraphServiceClient
from msgraph_beta.generated.chats.item.operations.operations_request_builder import OperationsRequestBuilder
from msgraph_beta.generated.models.clonable_team_parts import ClonableTeamParts
from msgraph_beta.generated.models.operation_error import OperationError
from msgraph_beta.generated.models.team import Team
from msgraph_beta.generated.models.team_visibility_type import TeamVisibilityType
from msgraph_beta.generated.models.teams_async_operation import TeamsAsyncOperation
from msgraph_beta.generated.models.teams_async_operation_status import TeamsAsyncOperationStatus
from msgraph_beta.generated.models.teams_async_operation_type import TeamsAsyncOperationType
from msgraph_beta.generated.teams.item.archive.archive_post_request_body import ArchivePostRequestBody
from msgraph_beta.generated.teams.item.clone.clone_post_request_body import ClonePostRequestBody

ORIGIN = os.environ["SESSION_ORIGIN"]
CHAT = os.environ["SESSION_CHAT"]
LAST_ACTION = datetime(2021, 5, 27, 21, 23, 45, tzinfo=timezone.utc)
SEVEN_DIGITS = LAST_ACTION.replace(microsecond=189927)

passed = 0
failed = 0


def check(title: str, actual: object, expected: object) -> None:
    """Compares, and says what differs: a session goes on, so that one run shows all of it."""
    global passed, failed
    if actual == expected:
        passed += 1
        return
    failed += 1
    print(f"failed: {title}\n  actual:   {actual!r}\n  expected: {expected!r}", file=sys.stderr)


class TokenOfTheEnvironment(AccessTokenProvider):
    async def get_authorization_token(self, uri: str, additional_authentication_context: dict = {}) -> str:
        return os.environ["SESSION_TOKEN"]

    def get_allowed_hosts_validator(self) -> AllowedHostsValidator:
        return AllowedHostsValidator([urlparse(ORIGIN).hostname or ""])


def new_operation(operation_type: TeamsAsyncOperationType, **changes: object) -> TeamsAsyncOperation:
    given = {
        "status": TeamsAsyncOperationStatus.InProgress,
        "last_action_date_time": LAST_ACTION,
        "attempts_count": 1,
    }
    return TeamsAsyncOperation(operation_type=operation_type, **{**given, **changes})


async def error_of(call) -> tuple:
    """The status and the code of what is thrown."""
    try:
        await call
    except APIError as error:
        return error.response_status_code, error.error.code, error.error.inner_error.request_id is not None
    return 200, None, False


async def play_chat(graph: GraphServiceClient) -> None:
    operations = graph.chats.by_chat_id(CHAT).operations
    for operation_type in TeamsAsyncOperationType:
        created = await operations.post(new_operation(operation_type))
        check(f"{operation_type.value} is created", created.operation_type, operation_type)
    for status in TeamsAsyncOperationStatus:
        created = await operations.post(new_operation(TeamsAsyncOperationType.CreateChat, status=status))
        check(f"the status {status.value} is kept", created.status, status)

    given = new_operation(
        TeamsAsyncOperationType.CreateChat,
        status=TeamsAsyncOperationStatus.Failed,
        error=OperationError(code="TeamUnavailable", message="The team was not found."),
        additional_data={"values": '{"appIds":["1"]}'},
    )
    created = await operations.post(given)
    item = operations.by_teams_async_operation_id(created.id)
    got = await item.get()
    check("the error is kept", (got.error.code, got.error.message), ("TeamUnavailable", "The team was not found."))
    check("a dynamic property is kept", got.additional_data.get("values"), '{"appIds":["1"]}')

    # Whoever started the session created it, with seven digits of a second. Python's dates have six of them.
    exact = await operations.by_teams_async_operation_id("seven").get()
    check("a date of seven digits is read", exact.last_action_date_time, SEVEN_DIGITS)
    check("a date is kept", got.last_action_date_time, LAST_ACTION)

    patched = await item.patch(TeamsAsyncOperation(status=TeamsAsyncOperationStatus.Succeeded, attempts_count=2))
    check("a patch changes what it names", (patched.status, patched.attempts_count), (TeamsAsyncOperationStatus.Succeeded, 2))
    check("a patch keeps the rest", patched.error.code, "TeamUnavailable")

    check("all are counted", await operations.count.get(), 19)
    query = OperationsRequestBuilder.OperationsRequestBuilderGetQueryParameters(
        filter="status eq 'inProgress'", orderby=["createdDateTime"], top=4
    )
    page = await operations.get(RequestConfiguration(query_parameters=query))
    seen = [operation.id for operation in page.value]
    pages = 1
    while page.odata_next_link:
        page = await operations.with_url(page.odata_next_link).get()
        seen += [operation.id for operation in page.value]
        pages += 1
    check("pages bring each once", (len(seen), len(set(seen)), pages), (12, 12, 3))

    rejected = await error_of(operations.post(TeamsAsyncOperation(id="a/b")))
    check("a wrong body is rejected", rejected, (400, "BadRequest", True))
    await item.delete()
    check("what was deleted is gone", await error_of(item.get()), (404, "NotFound", True))
    check("a filter that is none is rejected", (await error_of(operations.get(RequestConfiguration(
        query_parameters=OperationsRequestBuilder.OperationsRequestBuilderGetQueryParameters(filter="status is good")
    ))))[0], 400)


async def create_team(graph: GraphServiceClient, scenario: str) -> tuple[str, str]:
    """The ids of the team and of its operation, which are in a header."""
    headers = HeadersInspectionHandlerOption(inspect_response_headers=True)
    template = {"template@odata.bind": "https://graph.microsoft.com/beta/teamsTemplates('standard')"}
    team = Team(display_name="Wind turbines", visibility=TeamVisibilityType.Private, additional_data=template)
    configuration = RequestConfiguration(options=[headers])
    configuration.headers.add("Prefer", f"lro-scenario={scenario}")
    check("POST /teams is answered without a team", await graph.teams.post(team, configuration), None)
    _, of_team, of_operation = next(iter(headers.response_headers.get("location"))).split("/")
    return of_team[len("teams('"):-len("')")], of_operation[len("operations('"):-len("')")]


async def play_team(graph: GraphServiceClient) -> None:
    slow_id, _ = await create_team(graph, "slow-success")
    missing = await error_of(graph.teams.by_team_id(slow_id).get())
    check("a team is not there before its operation ends", missing, (404, "NotFound", True))
    team_id, operation_id = await create_team(graph, "quick-success")
    item = graph.teams.by_team_id(team_id)

    async def end_of(id: str) -> TeamsAsyncOperation:
        while True:
            operation = await item.operations.by_teams_async_operation_id(id).get()
            if operation.status in (TeamsAsyncOperationStatus.Succeeded, TeamsAsyncOperationStatus.Failed):
                return operation
            await asyncio.sleep(0.3)

    async def started(operation_type: TeamsAsyncOperationType) -> TeamsAsyncOperation:
        listed = await item.operations.get()
        return await end_of(next(it.id for it in listed.value if it.operation_type == operation_type))

    created = await end_of(operation_id)
    check("the operation created the team", (created.status, created.target_resource_id), (TeamsAsyncOperationStatus.Succeeded, team_id))
    found = await item.get()
    check("the team is there", (found.display_name, found.visibility, found.is_archived), ("Wind turbines", TeamVisibilityType.Private, False))

    # The model takes one part only, though the type is one of flags.
    parts = ClonableTeamParts.Channels
    await item.clone.post(ClonePostRequestBody(display_name="Water", mail_nickname="water", parts_to_clone=parts))
    copy = await started(TeamsAsyncOperationType.CloneTeam)
    check("the clone is there", (await graph.teams.by_team_id(copy.target_resource_id).get()).display_name, "Water")
    await item.archive.post(ArchivePostRequestBody(should_set_spo_site_read_only_for_members=True))
    await started(TeamsAsyncOperationType.ArchiveTeam)
    check("the team is archived", (await item.get()).is_archived, True)
    await item.unarchive.post()
    await started(TeamsAsyncOperationType.UnarchiveTeam)
    check("the team is restored", (await item.get()).is_archived, False)
    check("all operations are counted", await item.operations.count.get(), 4)


async def main() -> None:
    adapter = GraphRequestAdapter(BaseBearerTokenAuthenticationProvider(TokenOfTheEnvironment()))
    adapter.base_url = f"{ORIGIN}/beta"
    graph = GraphServiceClient(request_adapter=adapter)
    await asyncio.gather(play_chat(graph), play_team(graph))
    print(json.dumps({"passed": passed, "failed": failed}))


asyncio.run(main())
