import { BadRequestError } from '../../domain/errors.ts';

/** What a request prefers (RFC 7240), as far as this API honours it; a service is free to ignore preferences it does not know. */
export interface Preferences {
  readonly returnMinimal: boolean;
  readonly returnRepresentation: boolean;
  /** At least 1. Null: no preference. */
  readonly maxPageSize: number | null;
  readonly includeUnknownEnumMembers: boolean;
  /** Our own: how an operation of the laboratory is to go. Null: no preference. */
  readonly scenario: string | null;
}

/** One preference: a name, a value that may be quoted, and parameters that none of ours has. */
const PREFERENCE = /^\s*(?<name>[^\s=;,]+)\s*(?:=\s*(?:"(?<quoted>[^"]*)"|(?<value>[^\s;,"]*)))?\s*(?:;.*)?$/s;
/** What lies between two commas; those inside quotes separate nothing. */
const ELEMENT = /(?:[^",]|"[^"]*"?)+/g;
const MAX_HEADER_LENGTH = 1_024;

/**
 * @param header the `Prefer` header; several lines of it come joined by commas. Null: there is none
 * @throws BadRequestError a page size that is no positive integer, or a header that is too long
 */
export function readPreferences(header: string | null): Preferences {
  if (header !== null && header.length > MAX_HEADER_LENGTH)
    throw new BadRequestError(`The Prefer header exceeds ${MAX_HEADER_LENGTH} characters.`);
  const preferences = new Map<string, string>();
  for (const part of (header ?? '').match(ELEMENT) ?? []) {
    const { name, quoted, value } = PREFERENCE.exec(part)?.groups ?? {};
    const key = name?.toLowerCase().replace(/^odata\./, '');
    // RFC 7240, section 2: of repeated preferences the first counts.
    if (key !== undefined && !preferences.has(key)) preferences.set(key, quoted ?? value ?? '');
  }
  const answer = preferences.get('return')?.toLowerCase();
  return {
    returnMinimal: answer === 'minimal',
    returnRepresentation: answer === 'representation',
    maxPageSize: readPageSize(preferences.get('maxpagesize')),
    includeUnknownEnumMembers: preferences.has('include-unknown-enum-members'),
    scenario: preferences.get('lro-scenario') || null,
  };
}

function readPageSize(text: string | undefined): number | null {
  if (text === undefined) return null;
  if (!/^0*[1-9]\d{0,8}$/.test(text))
    throw new BadRequestError("The preference 'odata.maxpagesize' must be a positive integer.");
  return Number(text);
}

/** The header that tells which preferences were honoured; none when the list is empty. */
export function preferenceApplied(applied: readonly string[]): Readonly<Record<string, string>> {
  return applied.length === 0 ? {} : { 'preference-applied': applied.join(', ') };
}

/** Which of the two ways of answering a write was asked for, and so honoured. */
export function returnPreference({ returnMinimal, returnRepresentation }: Preferences): readonly string[] {
  if (returnMinimal) return ['return=minimal'];
  return returnRepresentation ? ['return=representation'] : [];
}
