import fc from 'fast-check';
import { toUtc } from '../../shared/domain/teams-async-operation.ts';

describe('toUtc()', () => {
  test.each([
    ['2021-05-27T21:23:41Z', '2021-05-27T21:23:41Z'],
    ['2021-05-27T21:23Z', '2021-05-27T21:23:00Z'],
    ['2021-05-27t21:23:41.9085453z', '2021-05-27T21:23:41.9085453Z'],
    ['2021-05-27T23:23:41.908545312345+02:00', '2021-05-27T21:23:41.908545312345Z'],
    ['2021-12-31T23:59:59.500-00:30', '2022-01-01T00:29:59.500Z'],
    ['2024-02-29T00:00:00+14:00', '2024-02-28T10:00:00Z'],
    ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00Z'],
    ['9999-12-31T23:59:59.999999999999Z', '9999-12-31T23:59:59.999999999999Z'],
  ])('reads %s as %s', (text, utc) => {
    expect(toUtc(text)).toBe(utc);
  });

  test.each([
    '',
    '2021-05-27',
    '2021-05-27T21:23:41',
    '2021-05-27 21:23:41Z',
    '2021-13-01T00:00:00Z',
    '2023-02-29T00:00:00Z',
    '2021-05-27T24:00:00Z',
    '2021-05-27T21:60:00Z',
    '2021-05-27T21:23:60Z',
    '2021-05-27T21:23:41.Z',
    '2021-05-27T21:23:41.1234567890123Z',
    '2021-05-27T21:23:41+14:01',
    '2021-05-27T21:23:41+01:60',
    '2021-05-27T21:23:41+0100',
    '0000-06-01T00:00:00Z',
    '0001-01-01T00:00:00+00:01',
    '9999-12-31T23:59:59-00:01',
    '+12021-05-27T21:23:41Z',
  ])('rejects %s', (text) => {
    expect(toUtc(text)).toBeNull();
  });

  test('names the instant that the text names, whatever its offset', () => {
    const instants = fc.date({
      noInvalidDate: true,
      min: new Date('0002-01-01T00:00:00Z'),
      max: new Date('9998-12-31T00:00:00Z'),
    });
    fc.assert(
      fc.property(instants, fc.integer({ min: -840, max: 840 }), (instant, offset) => {
        const local = new Date(instant.getTime() + offset * 60_000).toISOString().slice(0, -1);
        const clock = [Math.trunc(Math.abs(offset) / 60), Math.abs(offset) % 60];
        const zone = clock.map((part) => String(part).padStart(2, '0')).join(':');
        expect(toUtc(`${local}${offset < 0 ? '-' : '+'}${zone}`)).toBe(instant.toISOString());
      }),
    );
  });
});
