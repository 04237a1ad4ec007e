/**
 * The longest search string that the engine's own forward search handles in linear time: V8 searches by Boyer-Moore, whose tables
 * cover this many characters. A longer one can take the product of both lengths.
 */
const MAX_NATIVE_SEARCH = 250;

/** The same for the backward search, which V8 does by trying every position. */
const MAX_NATIVE_BACKWARD_SEARCH = 16;

/** As `text.indexOf(search, from)`, in time linear in both lengths whatever they hold. */
export function findText(text: string, search: string, from = 0): number {
  if (search.length <= MAX_NATIVE_SEARCH) return text.indexOf(search, from);
  const start = Math.min(Math.max(Math.trunc(from) || 0, 0), text.length);
  const end = findEnd(
    { length: text.length - start, at: (index) => text.charCodeAt(start + index) },
    { length: search.length, at: (index) => search.charCodeAt(index) },
  );
  return end < 0 ? -1 : start + end - search.length;
}

/** As `text.lastIndexOf(search)`, in time linear in both lengths whatever they hold. */
export function findLastText(text: string, search: string): number {
  if (search.length <= MAX_NATIVE_BACKWARD_SEARCH) return text.lastIndexOf(search);
  const end = findEnd(
    { length: text.length, at: (index) => text.charCodeAt(text.length - 1 - index) },
    { length: search.length, at: (index) => search.charCodeAt(search.length - 1 - index) },
  );
  return end < 0 ? -1 : text.length - end;
}

/** As `text.split(separator)` for a separator that is not empty, in time linear in both lengths whatever they hold. */
export function splitText(text: string, separator: string): string[] {
  if (separator.length <= MAX_NATIVE_SEARCH) return text.split(separator);
  const parts: string[] = [];
  let start = 0;
  for (let at = findText(text, separator); at >= 0; at = findText(text, separator, start)) {
    parts.push(text.slice(start, at));
    start = at + separator.length;
  }
  parts.push(text.slice(start));
  return parts;
}

/** Characters by position. */
interface Characters {
  readonly length: number;
  at(index: number): number;
}

/** Where the first occurrence ends, by the algorithm of Knuth, Morris and Pratt; -1 when there is none. */
function findEnd(text: Characters, search: Characters): number {
  if (search.length > text.length) return -1;
  const borders = bordersOf(search);
  let matched = 0;
  for (let index = 0; index < text.length; index += 1) {
    const character = text.at(index);
    while (matched > 0 && search.at(matched) !== character) matched = borders[matched - 1] ?? 0;
    if (search.at(matched) === character) matched += 1;
    if (matched === search.length) return index + 1;
  }
  return -1;
}

/** For each prefix, the length of the longest shorter prefix that it also ends with. */
export function bordersOf(search: Characters): Int32Array {
  const borders = new Int32Array(search.length);
  let border = 0;
  for (let index = 1; index < search.length; index += 1) {
    const character = search.at(index);
    while (border > 0 && search.at(border) !== character) border = borders[border - 1] ?? 0;
    if (search.at(border) === character) border += 1;
    borders[index] = border;
  }
  return borders;
}
