import { readSettings } from '../../shared/settings/settings.ts';

const COMPLETE = {
  COSMOS_CONNECTION: 'AccountEndpoint=https://account.documents.azure.com:443/;AccountKey=a+b/c==;',
  AUTH_ISSUER: 'https://login.example/tenant/v2.0',
};

describe('readSettings()', () => {
  test('fills in what has a default', () => {
    expect(readSettings(COMPLETE)).toEqual({
      cosmos: {
        endpoint: 'https://account.documents.azure.com:443/',
        credential: { kind: 'key', key: 'a+b/c==' },
        database: 'teams',
        createIfMissing: false,
      },
      auth: { issuer: 'https://login.example/tenant/v2.0', audience: 'https://graph.microsoft.com' },
      pagingSecret: 'a+b/c==',
      evolvableEnums: 'lenient',
      simulator: false,
      notifications: { recorded: true, hook: false, privateTargets: false, resourceData: false, eventGrid: null },
      tryIt: false,
      telemetry: null,
      server: { dataCenter: 'Local', roleInstance: 'local' },
    });
  });

  test('reads what is set', () => {
    const settings = readSettings({
      ...COMPLETE,
      COSMOS_DATABASE: 'other',
      COSMOS_CREATE_IF_MISSING: 'True',
      AUTH_AUDIENCE: 'api://mine',
      REGION_NAME: 'West Europe',
      WEBSITE_INSTANCE_ID: '0123456789abcdef',
    });
    expect(settings).toMatchObject({
      cosmos: { database: 'other', createIfMissing: true },
      auth: { audience: 'api://mine' },
      evolvableEnums: 'lenient',
      server: { dataCenter: 'West Europe', roleInstance: '0123456789ab' },
    });
  });

  test('reads how the Event Grid topic is reached: by key, or by identity', () => {
    const topic = { ...COMPLETE, EVENT_GRID_TOPIC__topicEndpointUri: 'https://topic.example/api/events' };
    expect(readSettings(topic).notifications.eventGrid).toEqual({ connection: 'EVENT_GRID_TOPIC' });
    expect(readSettings({ ...topic, EVENT_GRID_TOPIC__topicKey: 'secret' }).notifications.eventGrid).toEqual({
      topicEndpointUri: 'EVENT_GRID_TOPIC__topicEndpointUri',
      topicKeySetting: 'EVENT_GRID_TOPIC__topicKey',
    });
  });

  const accountAt = (endpoint: string) => ({
    ...COMPLETE,
    COSMOS_CONNECTION: `AccountEndpoint=${endpoint};AccountKey=a+b/c==;`,
    NOTIFICATION_PRIVATE_TARGETS: 'allow',
  });

  test.each(['http://localhost:8081/', 'https://127.0.0.1:8081/', 'http://127.9.9.9:1/', 'http://[::1]:8081/'])(
    'lets notifications go to private addresses where the database is %s',
    (endpoint) => {
      expect(readSettings(accountAt(endpoint)).notifications.privateTargets).toBe(true);
      const inAzure = { ...accountAt(endpoint), WEBSITE_INSTANCE_ID: '0123456789abcdef' };
      expect(() => readSettings(inAzure)).toThrow('NOTIFICATION_PRIVATE_TARGETS can only be allow in a local run');
    },
  );

  test.each([
    ...['https://account.documents.azure.com:443/', 'https://localhost.example/', 'http://10.0.0.1:8081/'],
    ...['https://127.0.0.1.example/', 'https://localhost@account.example/', 'https://[::2]/', 'http://cosmos:8081/'],
  ])('rejects notifications to private addresses where the database is %s', (endpoint) => {
    expect(() => readSettings(accountAt(endpoint))).toThrow(
      'NOTIFICATION_PRIVATE_TARGETS can only be allow in a local run, with a database on this machine',
    );
    const rejecting = { ...accountAt(endpoint), NOTIFICATION_PRIVATE_TARGETS: 'refuse' };
    expect(readSettings(rejecting).notifications.privateTargets).toBe(false);
  });

  test('names everything that is missing in one message', () => {
    expect(() => readSettings({})).toThrow(
      'The app settings are incomplete: COSMOS_CONNECTION is missing; AUTH_ISSUER is missing',
    );
  });

  describe('with an identity', () => {
    const PAGING_KEY = 'p'.repeat(32);
    const identity = {
      AUTH_ISSUER: COMPLETE.AUTH_ISSUER,
      COSMOS_CONNECTION__accountEndpoint: 'https://account.documents.azure.com:443/',
      PAGING_KEY,
    };

    test.each([
      ['whatever is found', {}, { source: 'default', clientId: null }],
      ['that of the app', { COSMOS_CONNECTION__credential: 'ManagedIdentity' }, { source: 'managed', clientId: null }],
      [
        'one of several',
        { COSMOS_CONNECTION__credential: 'managedidentity', COSMOS_CONNECTION__clientId: 'c' },
        { source: 'managed', clientId: 'c' },
      ],
    ])('takes %s', (_, settings, credential) => {
      expect(readSettings({ ...identity, ...settings })).toMatchObject({
        cosmos: {
          endpoint: 'https://account.documents.azure.com:443/',
          credential: { kind: 'identity', ...credential },
        },
        pagingSecret: PAGING_KEY,
      });
    });

    test('is not used where there is a connection string', () => {
      const { cosmos, pagingSecret } = readSettings({ ...identity, ...COMPLETE });
      expect(cosmos.credential).toEqual({ kind: 'key', key: 'a+b/c==' });
      expect(pagingSecret).toBe(PAGING_KEY);
    });

    test.each([
      ['without TLS', { COSMOS_CONNECTION__accountEndpoint: 'http://a.example' }, 'is not an https URL'],
      ['of another kind', { COSMOS_CONNECTION__credential: 'password' }, 'can only be managedidentity'],
      ['without a paging key', { PAGING_KEY: '' }, 'PAGING_KEY is missing'],
      ['with a short paging key', { PAGING_KEY: 'short' }, 'PAGING_KEY is shorter than 32 characters'],
      ['that should create containers', { COSMOS_CREATE_IF_MISSING: 'true' }, 'needs an account key'],
    ])('rejects one %s, and does not repeat values', (_, settings, problem) => {
      expect(() => readSettings({ ...identity, ...settings })).toThrow(problem);
      expect(() => readSettings({ ...identity, ...settings })).not.toThrow(/short$|a\.example|password/);
    });
  });

  test('rejects values of the wrong form, and does not repeat them', () => {
    const env = { COSMOS_CONNECTION: 'AccountKey=secret', AUTH_ISSUER: 'tenant', COSMOS_CREATE_IF_MISSING: 'yes' };
    expect(() => readSettings(env)).toThrow(
      'The app settings are incomplete: COSMOS_CONNECTION is not of the form AccountEndpoint=<url>;AccountKey=<key>;; COSMOS_CREATE_IF_MISSING is neither true nor false; AUTH_ISSUER is not a URL',
    );
  });
});
