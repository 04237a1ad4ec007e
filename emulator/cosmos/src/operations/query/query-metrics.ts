import type { AccessPath } from './access-path.ts';
import type { QueryPage } from './read-query-page.ts';

/** How long the parts of a query took, in milliseconds. */
export interface QueryTimes {
  readonly total: number;
  readonly compile: number;
}

/** What `x-ms-documentdb-query-metrics` says of a page. Source: "Tune query performance", Azure Cosmos DB documentation. */
export function formatQueryMetrics(page: QueryPage, access: AccessPath, { total, compile }: QueryTimes): string {
  const { loaded, rows, sizeInBytes } = page;
  const isIndexed = access.paths.length > 0;
  const metrics = {
    totalExecutionTimeInMs: total,
    queryCompileTimeInMs: compile,
    queryLogicalPlanBuildTimeInMs: 0,
    queryPhysicalPlanBuildTimeInMs: 0,
    queryOptimizationTimeInMs: 0,
    VMExecutionTimeInMs: total - compile,
    indexLookupTimeInMs: 0,
    instructionCount: 0,
    documentLoadTimeInMs: 0,
    systemFunctionExecuteTimeInMs: 0,
    userFunctionExecuteTimeInMs: 0,
    retrievedDocumentCount: loaded.items,
    retrievedDocumentSize: loaded.sizeInBytes,
    outputDocumentCount: rows.length,
    outputDocumentSize: sizeInBytes,
    writeOutputTimeInMs: 0,
    indexUtilizationRatio: isIndexed && loaded.items > 0 ? Math.min(1, rows.length / loaded.items) : 0,
  };
  return Object.entries(metrics)
    .map(([name, value]) => `${name}=${Number.isInteger(value) ? value : value.toFixed(2)}`)
    .join(';');
}

/** What `x-ms-cosmos-index-utilization` says: percent-encoded JSON. Source: "Indexing metrics in Azure Cosmos DB", version 2. */
export function formatIndexUtilization({ paths }: AccessPath, potential: readonly (readonly string[])[]): string {
  const utilized = paths.map(toIndexSpec);
  const others = potential.map(toIndexSpec).filter((spec) => !utilized.includes(spec));
  const indexes = (specs: readonly string[]) => ({
    SingleIndexes: [...new Set(specs)].map((IndexSpec) => ({ IndexSpec })),
    CompositeIndexes: [],
  });
  return encodeURIComponent(JSON.stringify({ UtilizedIndexes: indexes(utilized), PotentialIndexes: indexes(others) }));
}

/** As an indexing policy writes the path. */
function toIndexSpec(path: readonly string[]): string {
  return `${path.map((name) => (/^\w+$/.test(name) ? `/${name}` : `/${JSON.stringify(name)}`)).join('')}/?`;
}
