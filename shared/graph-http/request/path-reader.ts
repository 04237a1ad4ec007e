import { UnknownSegmentError } from '../../domain/errors.ts';

/** Walks over the segments of a path, decoding each once. */
export class PathReader {
  readonly #segments: string[];
  #last = '';

  constructor(pathname: string) {
    this.#segments = pathname.replace(/^\//, '').replace(/\/$/, '').split('/');
  }

  next(): string | undefined {
    const segment = this.#segments.shift();
    if (segment === undefined) return undefined;
    const decoded = decode(segment);
    this.#last = decoded ?? segment;
    return decoded ?? undefined;
  }

  accept(name: string): boolean {
    if (this.#peek().toLowerCase() !== name) return false;
    this.next();
    return true;
  }

  startsWith(name: string): boolean {
    const segment = this.#peek().toLowerCase();
    return segment === name || segment.startsWith(`${name}(`);
  }

  /**
   * The key of `name/key` or `name('key')`. Null when it is not percent-encoded UTF-8; of one that is optional, when it
   * is not there.
   */
  key(name: string, { optional = false } = {}): string | null {
    if (this.accept(name)) {
      if (this.#segments.length === 0 && optional) return null;
      const found = this.#segments.length > 0;
      const key = this.next() ?? null;
      if (!found || (key === null && optional)) throw this.unknown();
      return key;
    }
    const segment = this.#peek();
    const key = /^[a-z]+\('(?<key>(?:[^']|'')*)'\)$/is.exec(segment)?.groups?.key;
    if (!this.startsWith(name) || key === undefined) throw new UnknownSegmentError(segment || this.#last);
    this.next();
    return key.replaceAll("''", "'");
  }

  isAtEnd(): boolean {
    return this.#segments.length === 0;
  }

  end(): void {
    if (!this.isAtEnd()) throw this.unknown();
  }

  /** The segment to name in an error: the next one, or at the end the last. */
  get segment(): string {
    return this.#peek() || this.#last;
  }

  unknown(): UnknownSegmentError {
    return new UnknownSegmentError(this.segment);
  }

  #peek(): string {
    const [segment = ''] = this.#segments;
    return decode(segment) ?? segment;
  }
}

/** Null: it is no percent-encoded UTF-8. */
function decode(encoded: string): string | null {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return null;
  }
}
