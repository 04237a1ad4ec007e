import { DEFAULT_TENANT_ID } from '@lazurite/identity';
import ms, { type StringValue } from 'ms';
import { CommandError } from '../errors.ts';
import { findRunningStack } from '../run-file.ts';
import type { Terminal } from '../terminal.ts';

export interface TokenFlags {
  /** The issuer's origin, or the `iss` of its tokens; absent: the issuer of the stack in the data directory. */
  readonly url?: string;
  /** The same as `url`. */
  readonly issuer?: string;
  readonly dataDir?: string;
  readonly scopes?: string;
  readonly roles?: string;
  readonly subject?: string;
  readonly expiresIn: string;
}

export interface TokenDependencies {
  readonly terminal: Terminal;
  readonly process: NodeJS.Process;
}

/** Asks the running issuer for a token and writes it, alone, to stdout. */
export async function token(flags: TokenFlags, { terminal, process }: TokenDependencies): Promise<void> {
  const form = toForm(flags);
  const named = namedIssuer(flags);
  const issuer = named ?? (await findRunningStack({ ...flags, env: process.env })).issuer;
  terminal.out(`${await ask(tokenEndpoint(issuer), form)}\n`);
}

/** Asks an issuer of this machine for a token. @param issuer its origin, or the `iss` of its tokens */
export function mintToken(issuer: string, wanted: Pick<TokenFlags, 'scopes' | 'roles' | 'subject'>): Promise<string> {
  return ask(tokenEndpoint(issuer), toForm({ ...wanted, expiresIn: '1h' }));
}

function namedIssuer({ url, issuer }: TokenFlags): string | undefined {
  const named = url ?? issuer;
  if (named === undefined || URL.canParse(named)) return named;
  const flag = url === undefined ? '--issuer' : '--url';
  throw new CommandError('InvalidIssuer', `${flag} must be a URL, not '${named}'`);
}

function tokenEndpoint(issuer: string): URL {
  const { origin, pathname } = new URL(issuer);
  const tenant = pathname.split('/')[1] || DEFAULT_TENANT_ID;
  return new URL(`/${tenant}/oauth2/v2.0/token`, origin);
}

function toForm({ scopes, roles, subject, expiresIn }: TokenFlags): URLSearchParams {
  const form = new URLSearchParams({ grant_type: 'client_credentials', expires_in: String(toSeconds(expiresIn)) });
  for (const [name, value] of Object.entries({ scopes, roles, subject })) {
    if (value) form.set(name, value);
  }
  return form;
}

function toSeconds(duration: string): number {
  const milliseconds = duration.length <= 100 ? ms(duration as StringValue) : undefined; // undefined: it is no duration
  if (milliseconds !== undefined && milliseconds >= 1_000) return Math.floor(milliseconds / 1_000);
  throw new CommandError('InvalidDuration', `--expires-in must be a duration such as 30s, 5m or 1h, not '${duration}'`);
}

async function ask(endpoint: URL, form: URLSearchParams): Promise<string> {
  const response = await fetch(endpoint, { method: 'POST', body: form }).catch((cause: unknown) => {
    const message = `No issuer answers at ${endpoint.origin}. Start one with \`lazurite start\`, or name it with --url`;
    throw new CommandError('NoIssuer', message, { cause });
  });
  const body: unknown = await response.json().catch(() => undefined);
  const granted = member(body, 'access_token');
  if (granted) return granted;
  const reason = member(body, 'error_description') ?? `it answered ${response.status}`;
  throw new CommandError('TokenRejected', `The issuer at ${endpoint.origin} gave no token: ${reason}`);
}

function member(body: unknown, name: string): string | undefined {
  const value: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, name) : undefined;
  return typeof value === 'string' ? value : undefined;
}
