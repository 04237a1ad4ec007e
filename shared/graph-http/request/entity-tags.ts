import { BadRequestError } from '../../domain/errors.ts';

/** What `If-Match` or `If-None-Match` names: any version, or those with these etags (without quotes). */
export type EntityTags = 'any' | readonly string[];

/** RFC 9110, section 8.8.3, printable ASCII only: that is what our own consist of. */
const ENTITY_TAG = /^(?:W\/)?"(?<tag>[\x21\x23-\x7e]{0,256})"$/;
const MAX_TAGS = 20;

/**
 * Weak and strong tags count as equal: ours stand for the whole of an operation.
 *
 * @returns null when there is no such header
 * @throws BadRequestError it is malformed
 */
export function readEntityTags(name: string, header: string | null): EntityTags | null {
  if (header === null) return null;
  const text = header.trim();
  if (text === '*') return 'any';
  const tags = text.split(',', MAX_TAGS + 1).map((part) => ENTITY_TAG.exec(part.trim())?.groups?.tag);
  const known = tags.filter((tag) => tag !== undefined);
  if (known.length < tags.length || tags.length > MAX_TAGS)
    throw new BadRequestError(
      `The value of the header '${name}' is not valid. It must be * or entity tags such as W/"1".`,
    );
  return known;
}

export function matches(tags: EntityTags, etag: string): boolean {
  return tags === 'any' || tags.includes(etag);
}

export function toEntityTag(etag: string): string {
  return `W/"${etag}"`;
}
