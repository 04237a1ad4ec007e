import type { OperationResult } from '../result.ts';

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
 * Not "localhost": of an account with that id the JavaScript SDK forgets the locations (documents/DatabaseAccount), and
 * then reads the account again before every single request (globalEndpointManager).
 */
const ACCOUNT_ID = 'lazurite';

/**
 * The account document. Its one location is the endpoint that the client already uses, so that it stays there.
 *
 * @param endpoint as the client addressed it, without a slash at the end
 */
export function readAccount(endpoint: string): OperationResult {
  const location = { name: 'South Central US', databaseAccountEndpoint: `${endpoint}/` };
  const replicas = { asyncReplication: false, minReplicaSetSize: 1, maxReplicasetSize: 4 };
  const body = JSON.stringify({
    _self: '',
    id: ACCOUNT_ID,
    _rid: ACCOUNT_ID,
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
