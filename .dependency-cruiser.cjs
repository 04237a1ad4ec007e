// Who may import whom: docs/architecture.md. Run by `npm run check:layers`.
const app = '^(?:[A-Z][A-Za-z]+|functions|shared)/';
const index = ['^[A-Z][A-Za-z]+/index\\.ts$', '^functions/[a-z]+/[A-Z][A-Za-z]+/index\\.ts$'];
const handler = ['^[A-Z][A-Za-z]+/handler\\.ts$', '^functions/[a-z]+/[A-Z][A-Za-z]+/handler\\.ts$'];
const part = '^emulator/([^/]+)/';

/** The rooms of emulator/functions, each with those that it may import; docs/architecture.md draws them. */
const functionsRooms = {
  config: [],
  console: [],
  supervisor: ['protocol', 'config'],
  'worker/core': ['protocol', 'config'],
  'worker/bindings': ['worker/core', 'protocol', 'config'],
  'worker/invocation': ['worker/bindings', 'worker/core', 'protocol', 'config'],
  'worker/http': ['worker/invocation', 'worker/bindings', 'worker/core', 'protocol', 'config'],
  mcp: [],
  'worker/triggers': ['mcp', 'worker/invocation', 'worker/bindings', 'worker/core', 'protocol', 'config'],
  'worker/admin': [
    'mcp',
    'worker/http',
    'worker/triggers',
    'worker/invocation',
    'worker/bindings',
    'worker/core',
    'protocol',
    'config',
  ],
  'worker/telemetry': ['worker/http', 'worker/invocation', 'worker/core', 'protocol', 'config'],
  worker: ['mcp', 'protocol', 'config'],
  'in-process': ['worker', 'supervisor', 'protocol', 'config'],
};

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'no-dev-dependencies-in-product',
      severity: 'error',
      from: { path: [app, part], pathNot: '\\.test\\.ts$|/testing/' },
      to: { dependencyTypes: ['npm-dev'] },
    },
    { name: 'app-never-emulator', severity: 'error', from: { path: app }, to: { path: '^emulator/' } },
    { name: 'emulator-never-app', severity: 'error', from: { path: '^emulator/' }, to: { path: app } },
    {
      name: 'no-function-to-function',
      severity: 'error',
      from: { path: '^([A-Z][A-Za-z]+)/' },
      to: { path: ['^[A-Z][A-Za-z]+/', '^functions/'], pathNot: '^$1/' },
    },
    {
      name: 'no-function-to-function-in-rooms',
      severity: 'error',
      from: { path: '^functions/([a-z]+)/([A-Z][A-Za-z]+)/' },
      to: { path: ['^[A-Z][A-Za-z]+/', '^functions/[a-z]+/[A-Z][A-Za-z]+/'], pathNot: '^functions/$1/$2/' },
    },
    {
      name: 'handler-imports-no-adapter',
      severity: 'error',
      from: { path: handler },
      to: { path: '^shared/(?:persistence|identity|settings|webhooks|composition)/' },
    },
    {
      name: 'only-index-imports-composition',
      comment: 'The handlers of the catch-all and of $batch are composed of those of all others, in one file.',
      severity: 'error',
      from: { path: app, pathNot: [...index, '^shared/composition/', '^functions/service/graph-handlers\\.ts$'] },
      to: { path: '^shared/composition/' },
    },
    {
      name: 'shared-never-function',
      severity: 'error',
      from: { path: '^shared/' },
      to: { path: ['^[A-Z][A-Za-z]+/', '^functions/'] },
    },
    {
      name: 'domain-imports-nothing',
      severity: 'error',
      from: { path: '^shared/domain/' },
      to: { pathNot: '^shared/domain/' },
    },
    {
      name: 'shared-adapters-import-domain-only',
      severity: 'error',
      from: { path: '^shared/(validation|persistence|identity|settings|telemetry|webhooks)/' },
      to: { path: '^shared/', pathNot: ['^shared/$1/', '^shared/domain/'] },
    },
    {
      name: 'odata-is-pure',
      severity: 'error',
      from: { path: '^shared/odata/' },
      to: { path: '^shared/', pathNot: ['^shared/odata/', '^shared/domain/'] },
    },
    {
      name: 'graph-http-is-pure',
      severity: 'error',
      from: { path: '^shared/graph-http/' },
      to: { path: '^shared/', pathNot: ['^shared/graph-http/', '^shared/odata/', '^shared/domain/'] },
    },
    {
      name: 'openapi-is-pure',
      severity: 'error',
      from: { path: '^shared/openapi/' },
      to: { path: '^shared/', pathNot: ['^shared/(?:openapi|graph-http|odata|domain)/'] },
    },
    {
      name: 'only-validation-knows-joi',
      severity: 'error',
      from: { path: app, pathNot: '^shared/validation/' },
      to: { path: 'node_modules/joi' },
    },
    {
      name: 'only-telemetry-knows-opentelemetry',
      severity: 'error',
      from: { path: [app, part], pathNot: '^(?:emulator/functions/src/worker|shared)/telemetry/' },
      to: { path: 'node_modules/@opentelemetry' },
    },
    {
      name: 'opentelemetry-on-demand',
      comment: 'Its SDK is loaded only where the settings of the app ask for it.',
      severity: 'error',
      from: { pathNot: '^(?:emulator/functions/src/worker|shared)/telemetry/' },
      to: {
        path: '^(?:emulator/functions/src/worker|shared)/telemetry/',
        pathNot: '/(?:load-|app-)?telemetry\\.ts$',
        dependencyTypesNot: ['dynamic-import', 'type-only'],
      },
    },
    {
      name: 'only-persistence-knows-cosmos',
      severity: 'error',
      from: { path: app, pathNot: '^shared/persistence/' },
      to: { path: 'node_modules/@azure/cosmos' },
    },
    {
      name: 'azure-identity-on-demand',
      comment: 'Loaded only where there is no key.',
      severity: 'error',
      from: {},
      to: { path: 'node_modules/@azure/identity', dependencyTypesNot: ['dynamic-import', 'type-only'] },
    },
    {
      name: 'only-identity-knows-jose',
      severity: 'error',
      from: { path: app, pathNot: '^shared/identity/' },
      to: { path: 'node_modules/jose' },
    },
    {
      name: 'only-webhooks-knows-ipaddr',
      severity: 'error',
      from: { path: app, pathNot: '^shared/webhooks/' },
      to: { path: 'node_modules/ipaddr\\.js' },
    },
    {
      name: 'runtime-imports-node-only',
      severity: 'error',
      from: { path: '^emulator/runtime/' },
      to: { path: '.', pathNot: ['^emulator/runtime/'], dependencyTypesNot: ['core'] },
    },
    {
      name: 'http-imports-runtime-only',
      severity: 'error',
      from: { path: '^emulator/http/' },
      to: { path: '^emulator/', pathNot: ['^emulator/(http|runtime)/'] },
    },
    {
      name: 'parts-do-not-know-each-other',
      severity: 'error',
      from: { path: '^emulator/(functions|cosmos|storage|identity)/', pathNot: '\\.test\\.ts$' },
      to: { path: '^emulator/', pathNot: ['^emulator/$1/', '^emulator/(http|runtime)/'] },
    },
    {
      name: 'public-entry-only',
      comment: 'A package is entered through its index.',
      severity: 'error',
      from: { path: part },
      to: { path: '^emulator/[^/]+/src/', pathNot: ['^emulator/$1/', '^emulator/[^/]+/src/index\\.ts$'] },
    },
    ...Object.entries(functionsRooms).map(([room, imported]) => ({
      name: `functions-${room.replace('/', '-')}-imports-one-way`,
      severity: 'error',
      from: { path: `^emulator/functions/src/${room}/`, pathNot: '\\.test\\.ts$' },
      to: {
        path: '^emulator/functions/src/[^/]+/',
        pathNot: `^emulator/functions/src/(?:${[room, ...imported].join('|')})/`,
      },
    })),
    {
      name: 'functions-protocol-imports-types-only',
      comment: 'Supervisor and worker meet in it. Settings and certificates are declared where they are read.',
      severity: 'error',
      from: { path: '^emulator/functions/src/protocol/', pathNot: '\\.test\\.ts$' },
      to: {
        path: '.',
        pathNot: [
          '^emulator/functions/src/protocol/',
          '^emulator/functions/src/config/host-settings\\.ts$',
          '^emulator/http/src/index\\.ts$',
        ],
      },
    },
    {
      name: 'cosmos-query-is-pure',
      severity: 'error',
      from: { path: '^emulator/cosmos/src/query/', pathNot: '\\.test\\.ts$' },
      to: { path: '^emulator/cosmos/src/', pathNot: ['^emulator/cosmos/src/(query|model)/'] },
    },
    {
      name: 'cosmos-model-is-the-ground',
      severity: 'error',
      from: { path: '^emulator/cosmos/src/model/', pathNot: '\\.test\\.ts$' },
      to: { path: '^emulator/cosmos/src/', pathNot: ['^emulator/cosmos/src/model/'] },
    },
    {
      name: 'cosmos-model-rooms',
      comment: 'Containers and requests are described by indexing and partition keys, not the other way round.',
      severity: 'error',
      from: { path: '^emulator/cosmos/src/model/(indexing|partition-key|throughput)/', pathNot: '\\.test\\.ts$' },
      to: { path: '^emulator/cosmos/src/model/[^/]+/', pathNot: '^emulator/cosmos/src/model/$1/' },
    },
    {
      name: 'cosmos-model-ground',
      comment: 'Errors, JSON, paths and ids, which all rooms of the model share.',
      severity: 'error',
      from: { path: '^emulator/cosmos/src/model/[^/]+$', pathNot: '\\.test\\.ts$' },
      to: { path: '^emulator/cosmos/src/model/[^/]+/' },
    },
    {
      name: 'cosmos-model-container-and-requests',
      severity: 'error',
      from: { path: '^emulator/cosmos/src/model/(container|requests)/', pathNot: '\\.test\\.ts$' },
      to: {
        path: '^emulator/cosmos/src/model/[^/]+/',
        pathNot: '^emulator/cosmos/src/model/(?:$1|indexing|partition-key)/',
      },
    },
    {
      name: 'cosmos-query-syntax-is-the-ground',
      severity: 'error',
      from: { path: '^emulator/cosmos/src/query/syntax/', pathNot: '\\.test\\.ts$' },
      to: { path: '^emulator/cosmos/src/query/', pathNot: '^emulator/cosmos/src/query/syntax/' },
    },
    {
      name: 'cosmos-query-values',
      severity: 'error',
      from: { path: '^emulator/cosmos/src/query/values/', pathNot: '\\.test\\.ts$' },
      to: { path: '^emulator/cosmos/src/query/', pathNot: '^emulator/cosmos/src/query/(?:values|syntax)/' },
    },
    {
      name: 'cosmos-query-functions',
      severity: 'error',
      from: { path: '^emulator/cosmos/src/query/functions/', pathNot: '\\.test\\.ts$' },
      to: { path: '^emulator/cosmos/src/query/', pathNot: '^emulator/cosmos/src/query/(?:functions|values|syntax)/' },
    },
    {
      name: 'cosmos-query-execute',
      severity: 'error',
      from: { path: '^emulator/cosmos/src/query/execute/', pathNot: '\\.test\\.ts$' },
      to: {
        path: '^emulator/cosmos/src/query/',
        pathNot: '^emulator/cosmos/src/query/(?:execute|functions|values|syntax)/',
      },
    },
    {
      name: 'cosmos-query-compile',
      severity: 'error',
      from: { path: '^emulator/cosmos/src/query/compile/', pathNot: '\\.test\\.ts$' },
      to: {
        path: '^emulator/cosmos/src/query/',
        pathNot: '^emulator/cosmos/src/query/(?:compile|execute|functions|values|syntax)/',
      },
    },
    {
      name: 'cosmos-query-plan',
      comment: 'compile-query.ts composes the rooms; none of them knows it.',
      severity: 'error',
      from: { path: '^emulator/cosmos/src/query/plan/', pathNot: '\\.test\\.ts$' },
      to: { path: '^emulator/cosmos/src/query/[^/]+$' },
    },
    {
      name: 'cosmos-store-knows-types-of-queries-only',
      severity: 'error',
      from: { path: '^emulator/cosmos/src/store/', pathNot: '\\.test\\.ts$' },
      to: { path: '^emulator/cosmos/src/query/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'cosmos-store-port-knows-no-adapter',
      severity: 'error',
      from: { path: '^emulator/cosmos/src/store/[^/]+$', pathNot: '\\.test\\.ts$' },
      to: { path: '^emulator/cosmos/src/store/[^/]+/' },
    },
    {
      name: 'cosmos-store-adapters-apart',
      severity: 'error',
      from: { path: '^emulator/cosmos/src/store/([^/]+)/', pathNot: '\\.test\\.ts$' },
      to: { path: '^emulator/cosmos/src/store/[^/]+/', pathNot: '^emulator/cosmos/src/store/$1/' },
    },
    {
      name: 'cosmos-store-below-operations',
      severity: 'error',
      from: { path: '^emulator/cosmos/src/store/', pathNot: '\\.test\\.ts$' },
      to: { path: '^emulator/cosmos/src/', pathNot: ['^emulator/cosmos/src/(store|model|query)/'] },
    },
    {
      name: 'cosmos-operations-know-no-http',
      severity: 'error',
      from: { path: '^emulator/cosmos/src/operations/', pathNot: '\\.test\\.ts$' },
      to: { path: '^emulator/(http/|cosmos/src/(routes|server|auth|command-line|transfer|testing)/)' },
    },
    {
      name: 'cosmos-account-below-operations',
      severity: 'error',
      from: { path: '^emulator/cosmos/src/account/', pathNot: '\\.test\\.ts$' },
      to: {
        path: '^emulator/cosmos/src/',
        pathNot: ['^emulator/cosmos/src/(account|model|query|store|scripts|script-worker)/'],
      },
    },
    {
      name: 'cosmos-scripts-know-no-store',
      comment: 'The engine of scripts runs them, and operations on the container are given to it.',
      severity: 'error',
      from: { path: '^emulator/cosmos/src/(scripts|script-worker)/', pathNot: '\\.test\\.ts$' },
      to: { path: '^emulator/cosmos/src/', pathNot: ['^emulator/cosmos/src/(scripts|script-worker|model)/'] },
    },
    {
      name: 'cosmos-auth-imports-model-only',
      severity: 'error',
      from: { path: '^emulator/cosmos/src/auth/', pathNot: '\\.test\\.ts$' },
      to: { path: '^emulator/cosmos/src/', pathNot: ['^emulator/cosmos/src/(auth|model)/'] },
    },
    {
      name: 'cosmos-routes-below-server',
      severity: 'error',
      from: { path: '^emulator/cosmos/src/routes/', pathNot: '\\.test\\.ts$' },
      to: { path: '^emulator/(http/|cosmos/src/(server|auth|command-line|transfer|testing)/)' },
    },
    {
      name: 'cosmos-rooms-of-operations',
      comment: 'Among the operations imports run one way, and none of these rooms imports another one.',
      severity: 'error',
      from: {
        path: '^emulator/cosmos/src/operations/(account|batch|change-feed|databases|query)/',
        pathNot: '\\.test\\.ts$',
      },
      to: {
        path: '^emulator/cosmos/src/operations/(account|batch|change-feed|databases|query)/',
        pathNot: '^emulator/cosmos/src/operations/$1/',
      },
    },
    {
      name: 'cosmos-items-and-containers-import-throughput-only',
      severity: 'error',
      from: { path: '^emulator/cosmos/src/operations/(items|containers)/', pathNot: '\\.test\\.ts$' },
      to: {
        path: '^emulator/cosmos/src/operations/[^/]+/',
        pathNot: ['^emulator/cosmos/src/operations/$1/', '^emulator/cosmos/src/operations/throughput/'],
      },
    },
    {
      name: 'cosmos-throughput-imports-no-other-operation',
      severity: 'error',
      from: { path: '^emulator/cosmos/src/operations/throughput/', pathNot: '\\.test\\.ts$' },
      to: { path: '^emulator/cosmos/src/operations/[^/]+/', pathNot: '^emulator/cosmos/src/operations/throughput/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|testing/fixtures)/' },
    tsPreCompilationDeps: true,
    parser: 'swc',
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['lazurite-source', 'import', 'node', 'types', 'default'],
      extensions: ['.ts', '.js', '.json'],
    },
  },
};
