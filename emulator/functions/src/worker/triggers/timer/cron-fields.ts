interface Field {
  readonly label: string;
  readonly min: number;
  readonly max: number;
  /** Full names of `min`, `min` + 1, ... */
  readonly names?: readonly string[];
}

const SECOND: Field = { label: 'second', min: 0, max: 59 };
const FIELDS: readonly Field[] = [
  SECOND,
  { label: 'minute', min: 0, max: 59 },
  { label: 'hour', min: 0, max: 23 },
  { label: 'day of month', min: 1, max: 31 },
  {
    label: 'month',
    min: 1,
    max: 12,
    names: 'January,February,March,April,May,June,July,August,September,October,November,December'.split(','),
  },
  {
    label: 'day of week',
    min: 0,
    max: 6,
    names: 'Sunday,Monday,Tuesday,Wednesday,Thursday,Friday,Saturday'.split(','),
  },
];

/**
 * Reads an NCRONTAB expression of five fields (seconds are 0) or six by the grammar of the NCrontab library: names may be
 * abbreviated to any unique or ambiguous prefix, a range may be written backwards, `5/15` runs from 5 to the maximum.
 *
 * @returns six fields as plain lists of numbers, `*` for a full field; undefined when it is no such expression
 */
export function parseCronFields(expression: string): readonly string[] | undefined {
  const texts = expression.trim().split(/\s+/);
  if (texts.length === 5) texts.unshift('0');
  if (texts.length !== 6) return undefined;
  const fields = FIELDS.map((field, index) => parseField(texts[index] ?? '', field));
  return fields.every((field) => field !== undefined) ? fields : undefined;
}

function parseField(text: string, field: Field): string | undefined {
  const values = new Set<number>();
  for (const item of text.split(',')) {
    const range = parseItem(item, field);
    if (!range) return undefined;
    for (let value = range.from; value <= range.to; value += range.step) values.add(value);
  }
  if (values.size === field.max - field.min + 1) return '*';
  return [...values].sort((a, b) => a - b).join(',');
}

interface Range {
  readonly from: number;
  readonly to: number;
  readonly step: number;
}

function parseItem(item: string, field: Field): Range | undefined {
  const [body = '', stepText, ...rest] = item.split('/');
  if (rest.length > 0 || (stepText !== undefined && !/^\d{1,4}$/.test(stepText))) return undefined;
  const step = Math.max(1, Number(stepText ?? 1));
  if (body === '*') return { from: field.min, to: field.max, step };
  const [fromText = '', toText, ...more] = body.split('-');
  const from = parseValue(fromText, field);
  if (from === undefined || more.length > 0) return undefined;
  if (toText === undefined) return { from, to: step === 1 ? from : field.max, step };
  const to = parseValue(toText, field);
  return to === undefined ? undefined : { from: Math.min(from, to), to: Math.max(from, to), step };
}

function parseValue(text: string, field: Field): number | undefined {
  if (/^\d{1,2}$/.test(text)) {
    const value = Number(text);
    return value >= field.min && value <= field.max ? value : undefined;
  }
  if (text === '') return undefined;
  const index = field.names?.findIndex((name) => name.toLowerCase().startsWith(text.toLowerCase())) ?? -1;
  return index === -1 ? undefined : field.min + index;
}
