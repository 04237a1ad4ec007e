/** Where the inspector of a worker listens. */
export interface InspectorAddress {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
}

/** What options like `--inspect=9229` mean for workers that follow one another. */
export interface Debugging {
  /** Undefined: nobody debugs. */
  readonly address: InspectorAddress | undefined;
  /** Whether the first worker runs nothing before a debugger is attached. */
  readonly waits: boolean;
  /** Options of the first worker, which say the port: `--inspect` alone would take the one of `--inspect-port`. */
  readonly firstArguments: readonly string[];
  /** Options of workers after the first: the inspector's port is still taken when they start. */
  readonly laterArguments: readonly string[];
}

const INSPECT = /^--inspect(?<waits>-brk|-wait)?(?:=(?:(?<host>.+):)?(?<port>\d+))?$/;
const DEFAULT_HOST = '127.0.0.1';
const DEFAULT_PORT = 9229;

/** @param nodeArguments options of Node.js, in the forms that its command line takes */
export function readDebugging(nodeArguments: readonly string[]): Debugging {
  const groups = nodeArguments.map((argument) => INSPECT.exec(argument)?.groups).find((found) => found !== undefined);
  const laterArguments = nodeArguments.filter((argument) => !INSPECT.test(argument));
  const firstArguments = nodeArguments.map(withPort);
  if (!groups) return { address: undefined, waits: false, firstArguments, laterArguments };
  const address = { host: groups.host ?? DEFAULT_HOST, port: Number(groups.port ?? DEFAULT_PORT) };
  return { address, waits: groups.waits !== undefined, firstArguments, laterArguments };
}

function withPort(argument: string): string {
  const groups = INSPECT.exec(argument)?.groups;
  return groups && groups.port === undefined ? `${argument}=${DEFAULT_HOST}:${DEFAULT_PORT}` : argument;
}
