/** The error that node:sqlite throws when SQLite fails. */
export interface SqliteError {
  /** SQLite's extended result code, https://www.sqlite.org/rescode.html */
  readonly errcode: number;
  readonly message: string;
}

/** By its members, not its class: a test runner's or embedder's realm has another Error. */
export function isSqliteError(error: unknown): error is SqliteError {
  return typeof error === 'object' && error !== null && 'errcode' in error && 'message' in error;
}
