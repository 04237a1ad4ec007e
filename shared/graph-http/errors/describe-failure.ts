/** An error with what its makers add to it: Node a code, Cosmos DB's SDK statuses and headers. */
interface Failure extends Error {
  readonly code?: unknown;
  readonly substatus?: unknown;
  readonly headers?: Readonly<Record<string, unknown>>;
}

const MAX_CAUSES = 4;
/** Who may not do something, and what. Responses of all other statuses can quote the request. */
const SPEAKING_STATUSES: readonly unknown[] = [401, 403];

/**
 * A failure as the log may have it: what it is, its codes, where it happened, and the same of its causes. Its message
 * only where that cannot quote what a caller sent, or what is stored. Never its other members, which hold requests.
 */
export function describeFailure(error: unknown): string {
  const lines: string[] = [];
  for (let cause = error; cause !== undefined && lines.length < MAX_CAUSES; cause = Object(cause).cause)
    lines.push(describe(cause));
  return lines.join('\n  caused by ');
}

function describe(error: unknown): string {
  if (!isFailure(error)) return `a thrown ${typeof error}`;
  const { name, code, substatus, headers } = error;
  const codes = [
    ...(code === undefined ? [] : [String(code)]),
    ...(substatus ? [`substatus ${substatus}`] : []),
    ...(headers?.['x-ms-activity-id'] ? [`activity ${headers['x-ms-activity-id']}`] : []),
  ];
  const kind = codes.length > 0 ? `${name} (${codes.join(', ')})` : name;
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return [quotes(error) ? kind : `${kind}: ${error.message}`, ...frames].join('\n');
}

function isFailure(error: unknown): error is Failure {
  return error instanceof Error;
}

/** JSON.parse quotes what it could not read; a service, what it was sent. */
function quotes({ name, code }: Failure): boolean {
  return name === 'SyntaxError' || (typeof code === 'number' && !SPEAKING_STATUSES.includes(code));
}
