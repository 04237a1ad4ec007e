import { CosmosError } from '../model/errors.ts';
import {
  assertItemValues,
  type JsonObject,
  readInteger,
  readObject,
  readOptional,
  readString,
  readWord,
} from '../model/json.ts';
import { readThroughputHeaders, type Throughput } from '../model/throughput/throughput.ts';

/**
 * One line of an exported database. The first is the database, followed by its encryption keys; then come its containers, each
 * followed by its scripts and items; then its users, each followed by its permissions. All are without the properties that the
 * server sets.
 */
export type Line =
  | { readonly type: 'database'; readonly id: string; readonly throughput?: Throughput }
  | { readonly type: 'container'; readonly definition: JsonObject; readonly throughput?: Throughput }
  | { readonly type: 'item'; readonly item: JsonObject }
  | { readonly type: 'resource'; readonly kind: TransferredKind; readonly properties: JsonObject };

/** What a database has besides containers and items, as paths name it. */
const KINDS = ['clientencryptionkeys', 'sprocs', 'triggers', 'udfs', 'users', 'permissions'] as const;
type TransferredKind = (typeof KINDS)[number];

const FORMAT_VERSION = 1;

export function formatDatabase(id: string, throughput: Throughput | undefined): string {
  return JSON.stringify({ type: 'database', version: FORMAT_VERSION, id, throughput: toMember(throughput) });
}

export function formatContainer(definition: object, throughput: Throughput | undefined): string {
  return JSON.stringify({ type: 'container', throughput: toMember(throughput), definition });
}

/** @param item JSON text */
export function formatItem(item: string): string {
  return `{"type":"item","item":${item}}`;
}

export function formatResource(kind: string, properties: object): string {
  return JSON.stringify({ type: 'resource', kind, properties });
}

/** @throws CosmosError BadRequest naming the member that is wrong */
export function parseLine(text: string): Line {
  const line = readObject(parseJson(text), 'line');
  const type = readWord(line.type, 'type', ['database', 'container', 'item', 'resource']);
  if (type === 'item') return { type, item: readObject(line.item, 'item') };
  if (type === 'resource')
    return { type, kind: readWord(line.kind, 'kind', KINDS), properties: readObject(line.properties, 'properties') };
  const throughput = readOptional(line.throughput, 'throughput', readThroughput);
  const common = throughput && { throughput };
  if (type === 'container') return { type, definition: readObject(line.definition, 'definition'), ...common };
  const version = readInteger(line.version, 'version', { min: 1, max: Number.MAX_SAFE_INTEGER });
  if (version === FORMAT_VERSION) return { type, id: readString(line.id, 'id'), ...common };
  throw new CosmosError('BadRequest', `The format has version ${version}; this version of Lazurite reads version 1`);
}

function parseJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    assertItemValues(value);
    return value;
  } catch (error) {
    if (error instanceof CosmosError) throw error;
    throw new CosmosError('BadRequest', 'The line is no JSON', { cause: error });
  }
}

function toMember(throughput: Throughput | undefined): object | undefined {
  if (!throughput) return undefined;
  return throughput.kind === 'manual'
    ? { requestUnits: throughput.requestUnits }
    : { maxRequestUnits: throughput.maxRequestUnits };
}

function readThroughput(value: unknown): Throughput | undefined {
  const { requestUnits, maxRequestUnits } = readObject(value, 'throughput');
  return readThroughputHeaders({
    offerThroughput: requestUnits === undefined ? undefined : String(requestUnits),
    autopilotSettings: maxRequestUnits === undefined ? undefined : JSON.stringify({ maxThroughput: maxRequestUnits }),
  });
}
