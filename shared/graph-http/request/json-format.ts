import { QueryOptionError, shown } from '../../odata/query-option-error.ts';

/** How much control information an answer carries: OData JSON Format 4.0, section 3.1. */
export const METADATA_LEVELS = ['none', 'minimal', 'full'] as const;
export type MetadataLevel = (typeof METADATA_LEVELS)[number];

/** The parameters of `application/json`, as OData has them. */
export interface JsonFormat {
  readonly metadata: MetadataLevel;
  readonly streaming: boolean;
  /** Numbers of 64 bits and decimals as strings; no type of ours has any. */
  readonly ieee754Compatible: boolean;
}

interface MediaRange {
  readonly type: string;
  /** Names without `odata.`, which OData 4.01 leaves out. */
  readonly parameters: ReadonlyMap<string, string>;
}

const JSON_TYPE = 'application/json';

/**
 * The format that a request asks for. `$format` comes before the header. A header that accepts no JSON, or none of a level there is, is
 * answered with minimal JSON all the same: ASP.NET Core's formatters do so, on which Teams' service is built.
 *
 * @throws QueryOptionError `$format` asks for what is not spoken here
 */
export function readJsonFormat(accept: string | null, format: string | undefined): JsonFormat {
  return toFormat(format === undefined ? preferredJson(accept ?? '') : readFormatOption(format));
}

/** As Graph sends it, all parameters named. */
export function toContentType({ metadata, streaming, ieee754Compatible }: JsonFormat): string {
  return `${JSON_TYPE};odata.metadata=${metadata};odata.streaming=${streaming};IEEE754Compatible=${ieee754Compatible};charset=utf-8`;
}

function readFormatOption(format: string): MediaRange {
  const range = readRange(format.toLowerCase() === 'json' ? JSON_TYPE : format);
  if (isSpoken(range)) return range;
  throw new QueryOptionError(
    `Invalid value '${shown(format)}' for $format query option found. Valid values are 'json' and '${JSON_TYPE}' with an odata.metadata of ${METADATA_LEVELS.join(', ')}.`,
  );
}

function preferredJson(accept: string): MediaRange | undefined {
  const ranges = accept.split(',').map(readRange);
  return ranges
    .filter((range) => isSpoken(range) && quality(range) > 0)
    .toSorted((left, right) => quality(right) - quality(left))[0];
}

function readRange(text: string): MediaRange {
  const [type = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase());
  return { type, parameters: new Map(parameters.map(readParameter)) };
}

function readParameter(text: string): [name: string, value: string] {
  const [name = '', value = ''] = text.split('=', 2);
  return [name.trim().replace(/^odata\./, ''), value.trim().replace(/^"(.*)"$/, '$1')];
}

function isSpoken({ type, parameters }: MediaRange): boolean {
  const level = parameters.get('metadata');
  return type === JSON_TYPE && (level === undefined || isLevel(level));
}

function isLevel(text: string): text is MetadataLevel {
  return METADATA_LEVELS.some((level) => level === text);
}

function quality({ parameters }: MediaRange): number {
  return Number(parameters.get('q') ?? 1) || 0;
}

function toFormat(range: MediaRange | undefined): JsonFormat {
  const level = range?.parameters.get('metadata') ?? '';
  return {
    metadata: isLevel(level) ? level : 'minimal',
    streaming: range?.parameters.get('streaming') !== 'false',
    ieee754Compatible: range?.parameters.get('ieee754compatible') === 'true',
  };
}
