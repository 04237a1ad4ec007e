// Who may import whom: docs/architecture.md. Run by `npm run check:layers`.
const app = '^(?:[A-Z][A-Za-z]+|shared)/';
const functionFolder = '^([A-Z][A-Za-z]+)/';
const part = '^emulator/([^/]+)/';

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
      to: { path: '^emulator/(http/|cosmos/src/(routes|server|auth|command-line|transfer|testing)/)' },
    },
    {
      name: 'cosmos-account-below-operations',
      severity: 'error',
      from: { path: '^emulator/cosmos/src/account/', pathNot: '\\.test\\.ts$' },
      to: { path: '^emulator/cosmos/src/', pathNot: ['^emulator/cosmos/src/(account|model|query|store)/'] },
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
