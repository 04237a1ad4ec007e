import { isObject, type Value } from '../values/value.ts';
import { defineFunctions } from './scalar-function.ts';

/** The length in bytes of an item's `_rid`: four bytes of the database, four of the container, eight of the item. */
const RESOURCE_ID_LENGTH = 16;

/** Source: "DocumentId", Cosmos DB query reference. */
export const itemFunctions = defineFunctions('Item', {
  DOCUMENTID: {
    signature: 'DOCUMENTID(item)',
    summary: 'The integer in the `_rid` of an item, unique within a physical partition',
    args: 1,
    evaluate: ([item]) => (isObject(item) ? documentId(item._rid) : undefined),
  },
});

function documentId(resourceId: Value): Value {
  if (typeof resourceId !== 'string') return undefined;
  // The service writes `-` where base64 has `/`, as `_rid` stands in paths.
  const bytes = Buffer.from(resourceId.replaceAll('-', '/'), 'base64');
  // The top byte tells a document from a stored procedure and other resources: it is not part of the number.
  return bytes.length === RESOURCE_ID_LENGTH ? Number(bytes.readBigUInt64LE(8) & 0x00ff_ffff_ffff_ffffn) : undefined;
}
