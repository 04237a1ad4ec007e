import type { OperationResult } from './result.ts';

/** Limits of the query engine, as the service's emulator reports them. */
const QUERY_ENGINE_CONFIGURATION = {
  maxSqlQueryInputLength: 262_144,
  maxJoinsPerSqlQuery: 5,
  maxLogicalAndPerSqlQuery: 500,
  maxLogicalOrPerSqlQuery: 500,
  maxUdfRefPerSqlQuery: 10,
  maxInExpressionItemsCount: 16_000,
  queryMaxInMemorySortDocumentCount: 500,
  maxQueryRequestTimeoutFraction: 0.9,
  sqlAllowNonFiniteNumbers: false,
  sqlAllowAggregateFunctions: true,
  sqlAllowSubQuery: true,
  sqlAllowScalarSubQuery: true,
  allowNewKeywords: true,
  sqlAllowLike: true,
  sqlAllowGroupByClause: true,
  maxSpatialQueryCells: 12,
  spatialMaxGeometryPointCount: 256,
  sqlAllowTop: true,
  enableSpatialIndexing: true,
} as const;

/**
 * The account document. The id "localhost" makes the SDK stay with the endpoint that it was given, whatever the
 * locations say (the SDK, documents/DatabaseAccount).
 *
 * @param endpoint as the client addressed it, without a slash at the end
 */
export function readAccount(endpoint: string): OperationResult {
  const location = { name: 'South Central US', databaseAccountEndpoint: `${endpoint}/` };
  const replicas = { asyncReplication: false, minReplicaSetSize: 1, maxReplicasetSize: 4 };
  const body = JSON.stringify({
    _self: '',
    id: 'localhost',
    _rid: 'localhost',
    media: '//media/',
    addresses: '//addresses/',
    _dbs: '//dbs/',
    writableLocations: [location],
    readableLocations: [location],
    enableMultipleWriteLocations: false,
    userReplicationPolicy: replicas,
    userConsistencyPolicy: { defaultConsistencyLevel: 'Session' },
    systemReplicationPolicy: replicas,
    readPolicy: { primaryReadCoefficient: 1, secondaryReadCoefficient: 1 },
    queryEngineConfiguration: JSON.stringify(QUERY_ENGINE_CONFIGURATION),
  });
  return { status: 200, body, charge: 0 };
}
