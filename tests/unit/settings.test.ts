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
        key: 'a+b/c==',
        database: 'teams',
        createIfMissing: false,
      },
      auth: { issuer: 'https://login.example/tenant/v2.0', audience: 'https://graph.microsoft.com' },
      evolvableEnums: 'lenient',
      laboratory: false,
      notifications: { recorded: true, hook: false, privateTargets: false, eventGrid: null },
      tryIt: false,
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

  test('names everything that is missing in one message', () => {
    expect(() => readSettings({})).toThrow(
      'The app settings are incomplete: COSMOS_CONNECTION is missing; AUTH_ISSUER is missing',
    );
  });

  test('refuses a managed identity by name', () => {
    const env = { AUTH_ISSUER: COMPLETE.AUTH_ISSUER, COSMOS_CONNECTION__accountEndpoint: 'https://a.example' };
    expect(() => readSettings(env)).toThrow('COSMOS_CONNECTION__accountEndpoint (a managed identity) is not supported');
  });

  test('refuses values of the wrong form, and does not repeat them', () => {
    const env = { COSMOS_CONNECTION: 'AccountKey=secret', AUTH_ISSUER: 'tenant', COSMOS_CREATE_IF_MISSING: 'yes' };
    expect(() => readSettings(env)).toThrow(
      'The app settings are incomplete: COSMOS_CONNECTION is not of the form AccountEndpoint=<url>;AccountKey=<key>;; COSMOS_CREATE_IF_MISSING is neither true nor false; AUTH_ISSUER is not a URL',
    );
  });
});
