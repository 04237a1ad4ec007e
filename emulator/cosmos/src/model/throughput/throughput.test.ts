import fc from 'fast-check';
import { cosmosErrorOf, expectValueOrClientError } from '../../testing/expect-cosmos-error.ts';
import {
  offerBody,
  physicalPartitionCount,
  readOfferReplacement,
  readThroughputHeaders,
  type Throughput,
} from './throughput.ts';

const manual = (requestUnits: number): Throughput => ({ kind: 'manual', requestUnits });
const autoscale = (maxRequestUnits: number): Throughput => ({ kind: 'autoscale', maxRequestUnits });

describe('readThroughputHeaders()', () => {
  test('reads manual, autoscale and none', () => {
    expect(readThroughputHeaders({ offerThroughput: '400' })).toEqual(manual(400));
    expect(readThroughputHeaders({ autopilotSettings: '{"maxThroughput":4000}' })).toEqual(autoscale(4000));
    expect(readThroughputHeaders({})).toBeUndefined();
  });

  test.each(['', '0', '-400', '300', '450', '400.5', '1e3', '1000100', 'x', '99999999999'])(
    'rejects a throughput of %j',
    (offerThroughput) => {
      expect(cosmosErrorOf(() => readThroughputHeaders({ offerThroughput })).message).toContain(
        'between 400 and 1000000',
      );
    },
  );

  test.each([
    '',
    '{}',
    '[]',
    'null',
    '{"maxThroughput":500}',
    '{"maxThroughput":1500}',
    '{"maxThroughput":"4000"}',
    '{"maxThroughput":4000,"autoUpgradePolicy":{"throughputPolicy":{"incrementPercent":101}}}',
  ])('rejects autopilot settings of %j', (autopilotSettings) => {
    expect(cosmosErrorOf(() => readThroughputHeaders({ autopilotSettings })).status).toBe(400);
  });

  test('keeps the auto-upgrade policy, and the offer returns it', () => {
    const autopilotSettings = '{"maxThroughput":4000,"autoUpgradePolicy":{"throughputPolicy":{"incrementPercent":15}}}';
    const throughput = readThroughputHeaders({ autopilotSettings });
    expect(throughput).toEqual({ ...autoscale(4000), upgradePercent: 15 });
    expect(throughput && offerBody(throughput, 4000, { self: 's', rid: 'r' })).toMatchObject({
      content: { offerAutopilotSettings: JSON.parse(autopilotSettings) },
    });
  });

  test('rejects both at once', () => {
    const both = { offerThroughput: '400', autopilotSettings: '{"maxThroughput":4000}' };
    expect(cosmosErrorOf(() => readThroughputHeaders(both)).status).toBe(400);
  });

  test('returns a throughput or throws 400 for any text', () => {
    fc.assert(
      fc.property(fc.string(), fc.json(), (offerThroughput, autopilotSettings) => {
        expectValueOrClientError(() => readThroughputHeaders({ offerThroughput }));
        expectValueOrClientError(() => readThroughputHeaders({ autopilotSettings }));
      }),
    );
  });
});

describe('readOfferReplacement()', () => {
  const owner = { self: 'dbs/a/colls/b/', rid: 'b' };

  test('accepts the offer that it returned, with another throughput', () => {
    expect(readOfferReplacement(manual(400), 400, offerBody(manual(1000), 400, owner))).toEqual(manual(1000));
    expect(readOfferReplacement(autoscale(1000), 1000, offerBody(autoscale(5000), 1000, owner))).toEqual(
      autoscale(5000),
    );
  });

  test.each([
    ['no content', {}],
    ['a throughput out of range', offerBody(manual(100), 400, owner)],
    ['a change of kind', offerBody(autoscale(1000), 400, owner)],
    ['less than a hundredth of the highest', offerBody(manual(900), 400, owner)],
    ['no object', 'x'],
  ])('rejects %s', (_, body) => {
    expect(cosmosErrorOf(() => readOfferReplacement(manual(400), 100_000, body)).status).toBe(400);
  });

  test('returns a throughput or throws 400 for any JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (content) =>
        expectValueOrClientError(() => readOfferReplacement(manual(400), 400, { content })),
      ),
    );
  });
});

test('offerBody() of autoscale holds its settings and a tenth as the current throughput', () => {
  expect(offerBody(autoscale(4000), 4000, { self: 's', rid: 'r' })).toMatchObject({
    resource: 's',
    offerResourceId: 'r',
    offerVersion: 'V2',
    content: { offerThroughput: 400, offerAutopilotSettings: { maxThroughput: 4000 } },
  });
});

test.each([
  [400, 1],
  [6_000, 1],
  [6_100, 2],
  [60_000, 10],
])('physicalPartitionCount() of %d RU/s is %d', (requestUnits, count) => {
  expect(physicalPartitionCount(manual(requestUnits))).toBe(count);
});

test.each([
  [10_000, 1],
  [11_000, 2],
  [100_000, 10],
])('physicalPartitionCount() of autoscale up to %d RU/s is %d', (maxRequestUnits, count) => {
  expect(physicalPartitionCount({ kind: 'autoscale', maxRequestUnits })).toBe(count);
});
