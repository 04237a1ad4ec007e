// Who may import whom: docs/architecture.md. Run by `npm run check:layers`.
const app = '^(?:[A-Z][A-Za-z]+|shared)/';
const functionFolder = '^([A-Z][A-Za-z]+)/';
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
  'worker/triggers': ['worker/invocation', 'worker/bindings', 'worker/core', 'protocol', 'config'],
  'worker/admin': [
    'worker/http',
    'worker/triggers',
    'worker/invocation',
    'worker/bindings',
    'worker/core',
    'protocol',
    'config',
  ],
  'worker/telemetry': ['worker/http', 'worker/invocation', 'worker/core', 'protocol', 'config'],
  worker: ['protocol', 'config'],
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
      from: { path: functionFolder },
      to: { path: functionFolder, pathNot: '^$1/' },
    },
    {
      name: 'handler-imports-no-adapter',
      severity: 'error',
      from: { path: '^[A-Z][A-Za-z]+/handler\\.ts$' },
      to: { path: '^shared/(?:persistence|identity|settings|webhooks|composition)/' },
    },
    {
      name: 'only-index-imports-composition',
      severity: 'error',
      from: { path: app, pathNot: ['^[A-Z][A-Za-z]+/index\\.ts$', '^shared/composition/'] },
      to: { path: '^shared/composition/' },
    },
    {
      name: 'shared-never-function',
      comment: "Only the composition knows the functions' handlers.",
      severity: 'error',
      from: { path: '^shared/', pathNot: '^shared/composition/' },
      to: { path: '^[A-Z][A-Za-z]+/' },
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
      name: 'openapi-is-pure',
      severity: 'error',
      from: { path: '^shared/openapi/' },
      to: { path: '^shared/', pathNot: ['^shared/openapi/', '^shared/odata/', '^shared/domain/'] },
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
      name: 'cosmos-store-below-operations',
      severity: 'error',
      from: { path: '^emulator/cosmos/src/store/', pathNot: '\\.test\\.ts$' },
      to: { path: '^emulator/cosmos/src/', pathNot: ['^emulator/cosmos/src/(store|model|query)/'] },
    },
    {
      name: 'cosmos-operations-know-no-http',
      severity: 'error',
      from: { path: '^emulator/cosmos/src/operations/', pathNot: '\\.test\\.ts$' },
      to: { path: '^emulator/(http/|cosmos/src/(routes|server|auth)/)' },
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
