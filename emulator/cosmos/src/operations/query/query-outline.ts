import type { Account } from '../../account/account.ts';
import { CosmosError, type CosmosErrorCode, type CosmosErrorDetails } from '../../model/errors.ts';
import type { ComputedPropertyText } from '../../query/compile/computed-properties.ts';
import { isVectorDistance } from '../../query/compile/vector-distance.ts';
import type { CompiledQuery, QueryCompiler, QueryParameter } from '../../query/compile-query.ts';
import { SHARED_TEXT_CHARACTERS } from '../../query/execute/query-turns.ts';
import type { QueryPlan } from '../../query/plan/query-plan.ts';
import type { QueryTarget, TargetPolicy } from '../../query/plan/query-target.ts';
import type { DistanceFunction } from '../../query/values/evaluation-context.ts';

/** What a query is compiled from. */
export interface QueryText {
  readonly text: string;
  readonly parameters: readonly QueryParameter[];
  /** The properties that the container computes. */
  readonly computed: readonly ComputedPropertyText[];
}

/** What an operation needs to know of a query before it runs. */
export interface QueryOutline extends Pick<CompiledQuery, 'filters' | 'sorts' | 'isPureCount' | 'userFunctions'> {
  readonly isDistinct: boolean;
  /** Whether it has ORDER BY RANK. */
  readonly isRanked: boolean;
  /** Whether it is a vector search. */
  readonly sortsByDistance: boolean;
  /** Which partition keys may hold items that pass the filter. */
  readonly target: QueryTarget;
  /** Its text without WHERE. */
  unfiltered(): string;
  /** @throws CosmosError BadRequest for a query that has no plan, whatever the client can merge */
  assertPlannable(): void;
  /** How a client has to run it over the physical partitions. @throws CosmosError BadRequest for a query that has no plan */
  plan(): PlanText;
}

export interface PlanText {
  /** The body of the response to a request for the plan. */
  readonly text: string;
  /** Whether the client has to merge the rows of the partitions. */
  readonly needsMerge: boolean;
}

/** What an outline depends on besides the query. */
export interface OutlinePolicy extends TargetPolicy {
  /** The distance functions of vectors by their paths. */
  readonly distances: ReadonlyMap<string, DistanceFunction>;
  /** What the client can merge; absent: everything. */
  readonly supportedFeatures?: ReadonlySet<string>;
}

/** A task of the query thread: see {@link outlineAsData}. */
export interface OutlineTask extends QueryText {
  readonly kind: 'outline';
  readonly policy: OutlinePolicy;
}

/** A query with what is known of it; its compiled form is absent when it was compiled on the query thread, where it also runs. */
export interface OutlinedQuery {
  readonly outline: QueryOutline;
  readonly compiled?: CompiledQuery;
}

/** @throws CosmosError BadRequest for a mistake in the query */
export async function outlineQuery(
  { queries, queryScheduler, queryThread }: Account,
  { policy, isClosed, ...text }: QueryText & { readonly policy: OutlinePolicy; isClosed(): boolean },
): Promise<OutlinedQuery> {
  if (queryThread && text.text.length > SHARED_TEXT_CHARACTERS) {
    const task: OutlineTask = { kind: 'outline', ...text, policy };
    const data = await queryScheduler.runAlone(isClosed, () => queryThread.run(task, isClosed));
    return { outline: outlineFromData(data as OutlineData) }; // as `outlineAsData` makes it
  }
  await queryScheduler.turn();
  const compiled = queries.compile(text.text, text.parameters, text.computed);
  return { outline: outlineOf(compiled, policy), compiled };
}

function outlineOf(compiled: CompiledQuery, policy: OutlinePolicy): QueryOutline {
  const { filters, sorts, isPureCount, userFunctions, query } = compiled;
  const { distances, ...rest } = policy;
  return {
    filters,
    sorts,
    isPureCount,
    userFunctions,
    isDistinct: query.select.distinct,
    isRanked: query.orderBy?.rank === true,
    sortsByDistance: query.orderBy?.items.some(isVectorDistance) === true,
    target: compiled.target(policy),
    unfiltered: () => compiled.unfiltered(),
    assertPlannable: () => compiled.assertPlannable(),
    plan: () => {
      const plan = compiled.plan({ ...rest, distanceOf: (path) => distances.get(path) });
      return { text: JSON.stringify(plan), needsMerge: needsMerge(plan) };
    },
  };
}

function needsMerge({ queryInfo }: QueryPlan): boolean {
  if (queryInfo === undefined) return true;
  return (
    queryInfo.distinctType !== 'None' ||
    queryInfo.orderBy.length > 0 ||
    queryInfo.groupByExpressions.length > 0 ||
    queryInfo.aggregates.length > 0 ||
    queryInfo.groupByAliases.length > 0 ||
    queryInfo.dCountInfo !== null ||
    queryInfo.top !== null ||
    queryInfo.limit !== null
  );
}

/** An outline that can be sent from one thread to another. */
interface OutlineData extends Omit<QueryOutline, 'unfiltered' | 'assertPlannable' | 'plan'> {
  readonly unfilteredText: string;
  readonly planText: PlanText | Rejection;
}

interface Rejection {
  readonly code: CosmosErrorCode;
  readonly message: string;
  readonly details: CosmosErrorDetails;
}

/** Compiles a query and sums it up. @throws CosmosError BadRequest for a mistake in the query */
export function outlineAsData(
  { text, parameters, computed, policy }: OutlineTask,
  compile: QueryCompiler['compile'],
): OutlineData {
  const { unfiltered, assertPlannable: _, plan, ...data } = outlineOf(compile(text, parameters, computed), policy);
  return { ...data, unfilteredText: unfiltered(), planText: planOrRejection(plan) };
}

function planOrRejection(plan: () => PlanText): PlanText | Rejection {
  try {
    return plan();
  } catch (error) {
    if (!(error instanceof CosmosError)) throw error;
    const { code, message, details } = error;
    return { code, message, details };
  }
}

function outlineFromData({ unfilteredText, planText, ...data }: OutlineData): QueryOutline {
  const plan = () => {
    if ('text' in planText) return planText;
    throw new CosmosError(planText.code, planText.message, planText.details);
  };
  return { ...data, unfiltered: () => unfilteredText, assertPlannable: plan, plan };
}
