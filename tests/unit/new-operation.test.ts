import fc from 'fast-check';
import { OperationsError } from '../../shared/domain/errors.ts';
import { createOperation } from '../../shared/domain/teams-async-operation.ts';
import { toDocument } from '../../shared/persistence/operations/operation-document.ts';
import { parseNewOperation } from '../../shared/validation/operation-body.ts';
import { EXAMPLE } from '../support/create-operation-request.ts';

const SOURCE = { now: () => 0, newId: () => 'id' };
/** What Cosmos DB and this app keep for themselves. */
const RESERVED = ['_rid', '_self', '_etag', '_ts', '_attachments', '_lsn', 'ttl', 'chatId', 'constructor', '__proto__'];

describe('parseNewOperation()', () => {
  test('returns an operation or throws an error of this app, whatever the body', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (body) => {
        try {
          parseNewOperation(body);
        } catch (error) {
          expect(error).toBeInstanceOf(OperationsError);
        }
      }),
    );
  });

  test('keeps every dynamic property of any name, and none reaches the level of the item', () => {
    const names = fc.oneof(fc.constantFrom(...RESERVED), fc.string().filter(isDynamic));
    fc.assert(
      fc.property(fc.dictionary(names, fc.jsonValue()), (dynamic) => {
        const body: unknown = JSON.parse(JSON.stringify({ ...EXAMPLE, ...dynamic }));
        const document = toDocument('chat', createOperation(parseNewOperation(body), SOURCE), 1);
        expect(JSON.parse(JSON.stringify(document.dynamicProperties))).toEqual(
          JSON.parse(JSON.stringify({ ...dynamic })),
        );
        expect(Object.keys(document).sort()).toEqual([
          ...['attemptsCount', 'chatId', 'createdDateTime', 'dynamicProperties', 'error', 'id', 'kind'],
          ...['lastActionDateTime', 'operationType', 'order', 'revision', 'status', 'targetResourceId'],
          'targetResourceLocation',
        ]);
      }),
    );
  });

  test('bounds the details of an error', () => {
    const error = Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`x${index}`, 1]));
    expect(catchError(() => parseNewOperation({ ...EXAMPLE, error }))).toMatchObject({ details: { length: 100 } });
  });
});

function isDynamic(name: string): boolean {
  return !name.includes('@') && !(name in EXAMPLE) && !['id', 'createdDateTime'].includes(name);
}

function catchError(call: () => unknown): unknown {
  try {
    return call();
  } catch (error) {
    return error;
  }
}
