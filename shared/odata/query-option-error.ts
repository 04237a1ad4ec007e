import { BadRequestError } from '../domain/errors.ts';

/** A query option cannot be read, or asks for what is not supported. Graph begins all such messages with one sentence. */
export class QueryOptionError extends BadRequestError {
  constructor(problem: string) {
    super(`The query specified in the URI is not valid. ${problem}`);
  }
}

/** Longest part of a caller's text that a message repeats, in UTF-16 units. */
const MAX_SHOWN = 200;

export function shown(text: string): string {
  return text.length <= MAX_SHOWN ? text : `${text.slice(0, MAX_SHOWN).toWellFormed()}...`;
}
