import fc from 'fast-check';
import { ConfigError } from '../errors.ts';
import { readHostSettings } from './host-json.ts';
import { logLevelOf } from './host-settings.ts';

function read(hostJson: object, env: Record<string, string> = {}) {
  return readHostSettings(JSON.stringify({ version: '2.0', ...hostJson }), env);
}

describe('readHostSettings()', () => {
  test.each([undefined, '{}', '{"version":"2.0"}', '\uFEFF// note\n{"version":"2.0",/* more */}'])(
    'fills in every default for %j',
    (text) => {
      expect(readHostSettings(text, {})).toEqual({
        effective: { version: '2.0' },
        functionTimeoutMs: 1_800_000,
        http: {
          routePrefix: 'api',
          maxOutstandingRequests: -1,
          maxConcurrentRequests: -1,
          customHeaders: {},
          hsts: {
            isEnabled: false,
            maxAgeMs: 2_592_000_000,
            includeSubDomains: false,
            preload: false,
            excludedHosts: [],
          },
        },
        logging: { levels: {}, consoleEnabled: undefined },
        functions: undefined,
        retry: undefined,
        watchDirectories: [],
        watchFiles: [],
        extensionBundle: undefined,
        queues: {
          batchSize: 16,
          newBatchThreshold: undefined,
          maxDequeueCount: 5,
          maxPollingIntervalMs: 2_000,
          visibilityTimeoutMs: 0,
          messageEncoding: 'base64',
        },
        blobs: { maxDegreeOfParallelism: undefined, poisonBlobThreshold: 5 },
        cosmosDB: { leasePrefix: '' },
        mcp: {
          serverName: 'Azure Functions MCP server',
          serverVersion: '1.0.0',
          instructions: undefined,
          usesAbsoluteUri: false,
        },
      });
    },
  );

  test('reads the settings of the HTTP extension', () => {
    const http = {
      routePrefix: '/beta/',
      maxConcurrentRequests: 3,
      customHeaders: { 'X-A': 'b' },
      hsts: { isEnabled: true },
    };
    const settings = read({ extensions: { http } });
    expect(settings.http).toMatchObject({
      routePrefix: 'beta',
      maxConcurrentRequests: 3,
      customHeaders: { 'X-A': 'b' },
    });
    expect(settings.http.hsts.isEnabled).toBe(true);
    expect(read({ extensions: { http: { routePrefix: '' } } }).http.routePrefix).toBe('');
  });

  test.each([
    ['00:05:00', 300_000],
    ['1.00:00:00', 86_400_000],
    ['24:00:00', 24 * 86_400_000],
    [2, 2 * 86_400_000],
    ['-1', undefined],
    [-1, undefined],
    [null, undefined],
  ])('reads the functionTimeout %j', (functionTimeout, expected) => {
    expect(read({ functionTimeout }).functionTimeoutMs).toBe(expected);
  });

  test('lets AzureFunctionsJobHost settings win, without regard to case', () => {
    const settings = read(
      { extensions: { http: { routePrefix: 'a' } }, functions: ['x'] },
      {
        AzureFunctionsJobHost__Extensions__HTTP__routeprefix: 'b',
        'AzureFunctionsJobHost:extensions:queues:batchSize': '4',
        AzureFunctionsJobHost__logging__logLevel__Function: 'Debug',
        AzureFunctionsJobHost__functions__1: 'y',
        AzureFunctionsJobHost____proto____polluted: 'yes',
      },
    );
    expect(settings.http.routePrefix).toBe('b');
    expect(settings.queues.batchSize).toBe(4);
    expect(settings.logging.levels).toEqual({ Function: 'debug' });
    expect(settings.functions).toEqual(['x', 'y']);
    expect(settings.effective).toMatchObject({ extensions: { http: { routePrefix: 'b' } } });
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  test('reads retry policies', () => {
    expect(read({ retry: { strategy: 'fixedDelay', maxRetryCount: 2, delayInterval: '00:00:03' } }).retry).toEqual({
      strategy: 'fixedDelay',
      maxRetryCount: 2,
      delayMs: 3_000,
    });
    const exponential = { strategy: 'exponentialBackoff', maxRetryCount: -1, minimumInterval: '00:00:01' };
    expect(() => read({ retry: exponential })).toThrow("'retry.maximumInterval' is required");
  });

  test.each([
    ['{"a":1}', "missing the required 'version' property. See https://aka.ms/functions-hostjson"],
    ['{"version":""}', "missing the required 'version' property"],
    ['{"version":"1.0"}', "'1.0' is an invalid value for host.json 'version' property. We recommend you set"],
    ['{"version":"3.0"}', 'This does not correspond to the function runtime version'],
    ['{\n  "version": "2.0"\n  "a": 1\n}', "host.json is not valid JSON at line 3, column 3: A ',' is expected"],
    ['{"version":"2.0"', "host.json is not valid JSON at line 1, column 17: A '}' is missing"],
    ['[]', 'must hold a JSON object'],
    ['', 'not valid JSON'],
    [
      '{"version":"2.0",\n"extensions":{"http":{"routePrefix":1}}}',
      "host.json at line 2, column 37: 'extensions.http.routePrefix' must be text",
    ],
    ['{"version":"2.0","extensions":[]}', "'extensions' must be an object"],
    ['{"version":"2.0","extensions":{"queues":{"batchSize":33}}}', 'a whole number from 1 to 32, but is 33'],
    ['{"version":"2.0","extensions":{"queues":{"messageEncoding":"x"}}}', 'must be "base64" or "none"'],
    ['{"version":"2.0","functionTimeout":"soon"}', "'functionTimeout' must be a time span"],
    ['{"version":"2.0","functionTimeout":"00:00:00"}', "'functionTimeout' must be a time span"],
    ['{"version":"2.0","functions":"a"}', "'functions' must be an array of texts"],
    ['{"version":"2.0","logging":{"logLevel":{"A":"Loud"}}}', "'logging.logLevel.A' must be one of trace"],
    ['{"version":"2.0","extensions":{"http":{"hsts":{"isEnabled":"on"}}}}', 'must be true or false'],
    ['{"version":"2.0","retry":{"strategy":"x","maxRetryCount":1}}', '"fixedDelay" or "exponentialBackoff"'],
    ['{"version":"2.0","extensionBundle":{"id":"x"}}', "'extensionBundle.version' is required"],
  ])('rejects %s', (text, message) => {
    expect(() => readHostSettings(text, {})).toThrow(ConfigError);
    expect(() => readHostSettings(text, {})).toThrow(message);
  });

  test('answers any text with settings or a ConfigError', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        try {
          readHostSettings(text, {});
        } catch (error) {
          expect(error).toBeInstanceOf(ConfigError);
        }
      }),
    );
  });
});

test('logLevelOf() takes the longest category that covers the one asked for', () => {
  const { logging } = read({
    logging: { logLevel: { default: 'Warning', Function: 'Error', 'Function.A.User': 'trace' } },
  });
  expect(logLevelOf(logging, 'Host.Results')).toBe('warning');
  expect(logLevelOf(logging, 'Function.A')).toBe('error');
  expect(logLevelOf(logging, 'function.a.user')).toBe('trace');
  expect(logLevelOf(logging, 'Functions')).toBe('warning');
  expect(logLevelOf(read({}).logging, 'x')).toBe('information');
});
