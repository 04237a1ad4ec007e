import { readLocalSettings } from './local-settings.ts';

describe('readLocalSettings()', () => {
  test('gives values, connection strings and host settings', () => {
    const text = `{
      "IsEncrypted": false, // comments are fine
      "Values": { "A": "1", "B:C": "2" },
      "ConnectionStrings": { "Db": "x", "Other": { "ConnectionString": "y", "ProviderName": "p" } },
      "Host": { "LocalHttpPort": 7072, "CORS": "http://a, http://b", "CORSCredentials": true },
    }`;
    expect(readLocalSettings(text, {})).toEqual({
      values: { A: '1', 'B:C': '2', ConnectionStrings__Db: 'x', ConnectionStrings__Other: 'y' },
      host: { localHttpPort: 7072, localHttpAddress: undefined, cors: ['http://a', 'http://b'], corsCredentials: true },
      warnings: [],
    });
  });

  test('lets the environment win, and says so', () => {
    const settings = readLocalSettings('{"IsEncrypted":false,"Values":{"A":"1","B":"2"}}', { A: 'x', B: '' });
    expect(settings.values).toEqual({ B: '2' });
    expect(settings.warnings).toEqual([
      "Skipping 'A' from local settings as it's already defined in current environment variables.",
    ]);
  });

  test('is empty without a file', () => {
    expect(readLocalSettings(undefined, {})).toMatchObject({ values: {}, host: { cors: [] }, warnings: [] });
  });

  test('warns of Key Vault references', () => {
    const text = '{"IsEncrypted":false,"Values":{"S":"@Microsoft.KeyVault(SecretUri=https://x)"}}';
    expect(readLocalSettings(text, {}).warnings[0]).toContain("'S' is resolved only in Azure");
  });

  test.each([
    [
      '{"Values":{"A":{"b":"c"}}}',
      "line 1, column 16: 'Values.A' must be text, a number or a boolean, but is an object",
    ],
    ['{"values":{"A":[1]}}', "line 1, column 16: 'values.A' must be text, a number or a boolean, but is an array"],
    ['{"Values":[]}', "'Values' must be an object"],
    ['{"ConnectionStrings":{"A":{}}}', "'ConnectionStrings.A' must be text, or an object with a ConnectionString"],
    ['{"IsEncrypted":true,"Values":{"A":"b"}}', 'func settings decrypt'],
    [`{"Values":{"A":"${'Q'.repeat(88)}=="}}`, 'encrypted'],
    ['{"Host":{"LocalHttpPort":70000}}', "'Host.LocalHttpPort' must be a whole number from 0 to 65535"],
    ['{', 'local.settings.json is not valid JSON at line 1, column 2'],
  ])('rejects %s', (text, message) => {
    expect(() => readLocalSettings(text, {})).toThrow(message);
  });

  test.each([
    ['5', '5'],
    ['5.0', '5.0'],
    ['-1e3', '-1e3'],
    ['12345678901234567890', '12345678901234567890'],
    ['true', 'true'],
    ['false', 'false'],
    ['null', undefined],
    ['1, "A": 2', '2'],
  ])('reads the value %s as the text %s', (value, expected) => {
    expect(readLocalSettings(`{"IsEncrypted":false,"values":{"A":${value}}}`, {}).values.A).toBe(expected);
  });

  test('reads plain values when IsEncrypted is absent', () => {
    expect(readLocalSettings('{"Values":{"A":"b"}}', {}).values).toEqual({ A: 'b' });
  });
});
