import { CosmosError, missingProperties } from './errors.ts';

/** Longest id of a database, container or script. Source: "Azure Cosmos DB service quotas". */
const MAX_RESOURCE_ID_CHARACTERS = 255;
/** Longest id of an item, in UTF-8 bytes. Source: "Azure Cosmos DB service quotas". */
const MAX_ITEM_ID_BYTES = 1023;

/** Source: the SDK, common/helper, illegalResourceIdCharacters. */
const ILLEGAL_IN_RESOURCE_ID = /[/\\?#]/;

/**
 * The id of a database, container, user or script.
 *
 * @throws CosmosError BadRequest when it is missing, empty, too long, no well-formed text, ends with a space or holds one of / \ ? #
 */
export function readResourceId(value: unknown): string {
  if (value === undefined || value === null) throw missingId();
  if (typeof value !== 'string' || value === '' || value.length > MAX_RESOURCE_ID_CHARACTERS) throw invalidId(value);
  if (ILLEGAL_IN_RESOURCE_ID.test(value) || value.endsWith(' ') || !value.isWellFormed()) throw invalidId(value);
  return value;
}

/**
 * The id of an item. The service stores one with / \ ? or # as well, though no path can name it afterwards: clients reject it.
 *
 * Half of a surrogate pair has no form in UTF-8, in which ids are stored and sent.
 *
 * @throws CosmosError BadRequest when it is missing, empty, too long or no well-formed text
 */
export function readItemId(value: unknown): string {
  if (value === undefined || value === null) throw missingId();
  if (typeof value !== 'string' || value === '') throw invalidId(value);
  if (Buffer.byteLength(value) > MAX_ITEM_ID_BYTES || !value.isWellFormed()) throw invalidId(value);
  return value;
}

function missingId(): CosmosError {
  return missingProperties(['id']);
}

function invalidId(value: unknown): CosmosError {
  const shown = String(JSON.stringify(value)).slice(0, 300);
  return new CosmosError(
    'BadRequest',
    `The input name ${shown} is invalid. Ensure to provide a unique non-empty string less than '255' characters.`,
  );
}

/**
 * Resource ids (`_rid`): base64 of the numbers of the resource and of those above it, with `-` for `/`.
 * Layout as in the .NET SDK's ResourceId class: database 4 bytes, container 8, everything below a container 16.
 */

const DATABASE_BYTES = 4;
const CONTAINER_BYTES = 8;
const CHILD_BYTES = 16;
/** Of a client encryption key: the database, a number, and the type of child that follows. */
const KEY_BYTES = 12;
const CLIENT_ENCRYPTION_KEY = 2;
const RID_BYTES = [DATABASE_BYTES, CONTAINER_BYTES, KEY_BYTES, CHILD_BYTES];
/** Set in the fifth byte: a container, not a user. */
const CONTAINER_BIT = 0x80000000;

/** The top nibble of the last eight bytes, per kind of resource below a container. */
export const CHILD_KIND = {
  item: 0x0,
  conflict: 0x4,
  partitionKeyRange: 0x5,
  userDefinedFunction: 0x6,
  trigger: 0x7,
  storedProcedure: 0x8,
} as const;

export type ChildKind = keyof typeof CHILD_KIND;

/** @param number 1 to 2^32 - 1 */
export function databaseRid(number: number): string {
  const bytes = Buffer.alloc(DATABASE_BYTES);
  bytes.writeUInt32BE(number);
  return encode(bytes);
}

/** @param number 1 to 2^31 - 1 */
export function containerRid(database: string, number: number): string {
  const bytes = Buffer.alloc(CONTAINER_BYTES);
  decode(database).copy(bytes);
  bytes.writeUInt32BE((number | CONTAINER_BIT) >>> 0, DATABASE_BYTES);
  return encode(bytes);
}

/** @param number 1 to 2^31 - 1 */
export function userRid(database: string, number: number): string {
  const bytes = Buffer.alloc(CONTAINER_BYTES);
  decode(database).copy(bytes);
  bytes.writeUInt32BE(number, DATABASE_BYTES);
  return encode(bytes);
}

/** @param number 1 to 2^53 - 1 */
export function permissionRid(user: string, number: number): string {
  const bytes = Buffer.alloc(CHILD_BYTES);
  decode(user).copy(bytes);
  bytes.writeBigUInt64LE(BigInt(number), CONTAINER_BYTES);
  return encode(bytes);
}

/** @param number 1 to 2^32 - 1 */
export function clientEncryptionKeyRid(database: string, number: number): string {
  const bytes = Buffer.alloc(KEY_BYTES);
  decode(database).copy(bytes);
  bytes.writeUInt32BE(number, DATABASE_BYTES);
  bytes.writeUInt32BE(CLIENT_ENCRYPTION_KEY, CONTAINER_BYTES);
  return encode(bytes);
}

/** @param number 1 to 2^53 - 1 */
export function childRid(container: string, kind: ChildKind, number: number): string {
  const bytes = Buffer.alloc(CHILD_BYTES);
  bytes.write(container.replaceAll('-', '/'), 0, CONTAINER_BYTES, 'base64');
  bytes.writeUInt32LE(number >>> 0, CONTAINER_BYTES);
  bytes.writeUInt32LE(Math.floor(number / 2 ** 32) + CHILD_KIND[kind] * 2 ** 28, CONTAINER_BYTES + 4);
  return encode(bytes);
}

/** @param number 1 to 2^24 - 1 */
export function offerRid(number: number): string {
  const bytes = Buffer.alloc(3);
  bytes.writeUIntLE(number, 0, 3);
  // The service's offer ids are four characters.
  return encode(bytes);
}

/** The number of an item that its `_rid` holds; undefined when the text is no id of an item of this container. */
export function itemNumberOf(rid: string, container: string): number | undefined {
  const bytes = decode(rid);
  if (bytes.length !== CHILD_BYTES || !bytes.subarray(0, CONTAINER_BYTES).equals(decode(container))) return undefined;
  const high = bytes.readUInt32LE(CONTAINER_BYTES + 4);
  if (high >>> 28 !== CHILD_KIND.item) return undefined;
  return high * 2 ** 32 + bytes.readUInt32LE(CONTAINER_BYTES);
}

/** Whether the names of a path are resource ids, each of a resource inside the one before it. */
export function isRidPath(names: readonly string[]): boolean {
  return names.every((name, index) => {
    const bytes = decode(name);
    const parent = decode(names[index - 1] ?? '');
    if (encode(bytes) !== name || !RID_BYTES.includes(bytes.length)) return false;
    return bytes.length > parent.length && bytes.subarray(0, parent.length).equals(parent);
  });
}

function encode(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('/', '-');
}

function decode(rid: string): Buffer {
  return Buffer.from(rid.replaceAll('-', '/'), 'base64');
}
