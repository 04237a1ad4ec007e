import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import type { Clock, Timer } from '@lazurite/runtime';
import type { CosmosCallSpan, LogLine, Outcome, Run, RunDetails, RunPage, RunPayload } from '../messages.ts';

export interface RunFilter {
  readonly functionName?: string;
  readonly outcome?: Outcome;
  /** Looked for in the URL, the error, the invocation id, and what the function logged. */
  readonly text?: string;
  readonly hidesQuiet?: boolean;
}

/** What is stored of a run; its details are written once it has finished. */
export interface StoredRun extends Omit<Run, 'id' | 'charge'> {
  readonly id: number;
  readonly payload: RunPayload;
}

export type StoredCall = CosmosCallSpan & { readonly invocationId: string };
export type StoredLog = Omit<LogLine, 'id'>;

/** How much is kept. What is older goes. */
export interface HistoryLimits {
  readonly runs: number;
  readonly calls: number;
  readonly logs: number;
}

const DEFAULT_LIMITS: HistoryLimits = { runs: 100_000, calls: 300_000, logs: 300_000 };
/** Rows are written together: alone, each would cost ten times as much. */
const FLUSH_AFTER_MS = 50;
/** Rows that wait are in memory: under load they are written sooner. */
const MAX_WAITING = 5_000;
/** In KiB; the rest of the database is in a temporary file. */
const CACHE_KIB = 2_048;

const SCHEMA = `
  PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA temp_store = FILE; PRAGMA cache_size = -${CACHE_KIB};
  CREATE TABLE runs (id INTEGER PRIMARY KEY, invocationId TEXT, functionName TEXT, reason TEXT, startedAt REAL,
    durationMs REAL, outcome TEXT, error TEXT, method TEXT, url TEXT, status INTEGER, isQuiet INTEGER,
    payload TEXT);
  CREATE INDEX runsByFunction ON runs (functionName, outcome);
  CREATE TABLE calls (id INTEGER PRIMARY KEY, invocationId TEXT, method TEXT, path TEXT, operation TEXT,
    status INTEGER, charge REAL, startedAt REAL, durationMs REAL);
  CREATE INDEX callsByInvocation ON calls (invocationId);
  CREATE TABLE logs (id INTEGER PRIMARY KEY, at REAL, level TEXT, category TEXT, message TEXT, functionName TEXT,
    invocationId TEXT);
  CREATE INDEX logsByInvocation ON logs (invocationId);
`;

/** A call may become known before its run does, which another process reports: the charge is that of the calls by now. */
const RUN_COLUMNS = `
  id, invocationId, functionName, reason, startedAt, durationMs, outcome, error, method, url, status, isQuiet,
  (SELECT TOTAL(charge) FROM calls WHERE calls.invocationId = runs.invocationId) AS charge`;

/**
 * What has happened in a stack: runs, their calls of Cosmos DB, and log lines, in a temporary SQLite database that ends
 * with the process. Rows wait for a moment and are written together; every read writes them first.
 */
export class History {
  readonly #db = new DatabaseSync('');
  readonly #clock: Clock;
  readonly #limits: HistoryLimits;
  readonly #onWritten: () => void;
  readonly #statements: ReturnType<typeof prepare>;
  /** By id: of a run that ends at once, only the end is written. */
  readonly #runs = new Map<number, StoredRun>();
  #calls: StoredCall[] = [];
  #logs: StoredLog[] = [];
  #timer: Timer | undefined;
  #nextRun = 1;

  /** @param onWritten called after each group of rows */
  constructor(clock: Clock, onWritten: () => void = () => undefined, limits: HistoryLimits = DEFAULT_LIMITS) {
    this.#clock = clock;
    this.#onWritten = onWritten;
    this.#limits = limits;
    this.#db.exec(SCHEMA);
    this.#statements = prepare(this.#db);
  }

  /** The id of the next run. */
  takeRunId(): number {
    return this.#nextRun++;
  }

  /** Stores a run, in place of what was stored of it before. */
  putRun(run: StoredRun): void {
    this.#runs.set(run.id, run);
    this.#writeSoon();
  }

  addCall(call: StoredCall): void {
    this.#calls.push(call);
    this.#writeSoon();
  }

  addLog(line: StoredLog): void {
    this.#logs.push(line);
    this.#writeSoon();
  }

  /** A part of the runs that match, newest first. */
  runs(filter: RunFilter, { offset, limit }: { readonly offset: number; readonly limit: number }): RunPage {
    this.flush();
    const { condition, values } = conditionOf(filter);
    const [count] = this.#all(`SELECT COUNT(*) AS total FROM runs WHERE ${condition}`, values);
    const sql = `SELECT ${RUN_COLUMNS} FROM runs WHERE ${condition} ORDER BY id DESC LIMIT ? OFFSET ?`;
    return { total: Number(count?.total), runs: this.#all(sql, [...values, limit, offset]).map(toRun) };
  }

  /** Undefined: there is no such run, or it is no longer kept. */
  run(id: number): RunDetails | undefined {
    this.flush();
    const [row] = this.#all(`SELECT ${RUN_COLUMNS}, payload FROM runs WHERE id = ?`, [id]);
    if (!row) return undefined;
    const { payload, ...columns } = row;
    const run = toRun(columns);
    const calls = this.#all(
      'SELECT method, path, operation, status, charge, startedAt, durationMs FROM calls WHERE invocationId = ? ORDER BY startedAt LIMIT ?',
      [run.invocationId, MAX_DETAILS],
    ) as unknown as CosmosCallSpan[];
    const logs = this.logs({ invocationId: run.invocationId, limit: MAX_DETAILS });
    return { ...run, payload: JSON.parse(String(payload)) as RunPayload, calls, logs };
  }

  /** The last run of each function, by its name. */
  lastRuns(): ReadonlyMap<string, Run> {
    this.flush();
    const sql = `SELECT ${RUN_COLUMNS} FROM runs WHERE id IN (SELECT MAX(id) FROM runs GROUP BY functionName)`;
    return new Map(this.#all(sql, []).map((row) => [String(row.functionName), toRun(row)]));
  }

  /** The newest lines, in the order in which they were logged. */
  logs({ invocationId, limit }: { readonly invocationId?: string; readonly limit: number }): readonly LogLine[] {
    this.flush();
    const [condition, values] = invocationId === undefined ? ['TRUE', []] : ['invocationId = ?', [invocationId]];
    const sql = `SELECT * FROM (SELECT * FROM logs WHERE ${condition} ORDER BY id DESC LIMIT ?) ORDER BY id`;
    return this.#all(sql, [...values, limit]) as unknown as LogLine[];
  }

  clear(): void {
    this.flush();
    this.#db.exec('DELETE FROM runs; DELETE FROM calls; DELETE FROM logs');
    this.#onWritten();
  }

  /** Writes what waits. */
  flush(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    if (this.#waiting === 0) return;
    this.#db.exec('BEGIN');
    for (const run of this.#runs.values()) this.#writeRun(run);
    for (const call of this.#calls) this.#writeCall(call);
    for (const line of this.#logs) this.#writeLog(line);
    for (const [table, kept] of Object.entries(this.#limits)) {
      this.#db.exec(`DELETE FROM ${table} WHERE id <= (SELECT MAX(id) FROM ${table}) - ${Number(kept)}`);
    }
    this.#db.exec('COMMIT');
    this.#runs.clear();
    this.#calls = [];
    this.#logs = [];
    this.#onWritten();
  }

  close(): void {
    this.#timer?.cancel();
    this.#db.close();
  }

  get #waiting(): number {
    return this.#runs.size + this.#calls.length + this.#logs.length;
  }

  #writeSoon(): void {
    if (this.#waiting >= MAX_WAITING) this.flush();
    else this.#timer ??= this.#clock.setTimer(FLUSH_AFTER_MS, () => this.flush());
  }

  #writeRun(run: StoredRun): void {
    const { id, invocationId, functionName, reason, startedAt, durationMs, outcome, error, method, url, status } = run;
    const values = [id, invocationId, functionName, reason, startedAt, durationMs, outcome, error, method, url, status];
    this.#statements.putRun.run(...values, run.isQuiet ? 1 : 0, JSON.stringify(run.payload));
  }

  #writeCall({ invocationId, method, path, operation, status, charge, startedAt, durationMs }: StoredCall): void {
    this.#statements.addCall.run(invocationId, method, path, operation, status, charge, startedAt, durationMs);
  }

  #writeLog({ at, level, category, message, functionName, invocationId }: StoredLog): void {
    this.#statements.addLog.run(at, level, category, message, functionName, invocationId);
  }

  #all(sql: string, values: readonly SQLInputValue[]): Record<string, unknown>[] {
    return this.#db.prepare(sql).all(...values);
  }
}

/** Of the calls and log lines of one run. */
const MAX_DETAILS = 1_000;

function prepare(db: DatabaseSync): Record<'putRun' | 'addCall' | 'addLog', StatementSync> {
  return {
    putRun: db.prepare(`
      INSERT OR REPLACE INTO runs (id, invocationId, functionName, reason, startedAt, durationMs, outcome, error, method, url, status, isQuiet, payload)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`),
    addCall: db.prepare(
      'INSERT INTO calls (invocationId, method, path, operation, status, charge, startedAt, durationMs) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    ),
    addLog: db.prepare(
      'INSERT INTO logs (at, level, category, message, functionName, invocationId) VALUES (?, ?, ?, ?, ?, ?)',
    ),
  };
}

/** The columns are the members of a run; SQLite has no booleans. */
function toRun(row: Record<string, unknown>): Run {
  return { ...(row as unknown as Run), isQuiet: row.isQuiet === 1 };
}

function conditionOf({ functionName, outcome, text, hidesQuiet }: RunFilter): {
  condition: string;
  values: SQLInputValue[];
} {
  const parts: [string, ...SQLInputValue[]][] = [['TRUE']];
  if (functionName !== undefined) parts.push(['functionName = ?', functionName]);
  if (outcome !== undefined) parts.push(['outcome = ?', outcome]);
  if (hidesQuiet) parts.push(['isQuiet = 0']);
  if (text) {
    const inLogs = 'invocationId IN (SELECT invocationId FROM logs WHERE instr(lower(message), ?))';
    const places = ['functionName', 'url', 'error', 'invocationId', 'payload'].map(
      (column) => `instr(lower(${column}), ?)`,
    );
    const wanted = text.toLowerCase();
    parts.push([`(${[...places, inLogs].join(' OR ')})`, ...Array<string>(places.length + 1).fill(wanted)]);
  }
  return {
    condition: parts.map(([part]) => part).join(' AND '),
    values: parts.flatMap(([, ...values]) => values),
  };
}
