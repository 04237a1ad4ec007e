/**
 * Whether a JSON text nests objects and arrays deeper than `limit`. A scan of the text, before anything that recurses
 * sees it; what it says of a text that is no JSON means nothing.
 */
export function nestingExceeds(text: string, limit: number): boolean {
  if (text.length <= limit) return false;
  let depth = 0;
  for (const [token] of text.matchAll(STRING_OR_BRACKET)) {
    if (token === '{' || token === '[') depth += 1;
    else if (token === '}' || token === ']') depth -= 1;
    if (depth > limit) return true;
  }
  return false;
}

/** Strings are matched whole, so that brackets inside them do not count. */
const STRING_OR_BRACKET = /"(?:[^"\\]|\\.)*"|[[\]{}]/gs;
