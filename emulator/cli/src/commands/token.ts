import { DEFAULT_TENANT_ID } from '@lazurite/identity';
import ms, { type StringValue } from 'ms';
import { CommandError } from '../errors.ts';
import type { Terminal } from '../terminal.ts';

export interface TokenFlags {
  /** The issuer's origin, or the `iss` of its tokens. */
  readonly issuer: string;
  readonly scopes?: string;
  readonly roles?: string;
  readonly subject?: string;
  readonly expiresIn: string;
}

/** Asks the running issuer for a token and writes it, alone, to stdout. */
export async function token(flags: TokenFlags, terminal: Terminal): Promise<void> {
  const answer = await ask(tokenEndpoint(flags.issuer), toForm(flags));
  terminal.out(`${answer}\n`);
}

function tokenEndpoint(issuer: string): URL {
  if (!URL.canParse(issuer)) throw new CommandError('InvalidIssuer', `--issuer must be a URL, not '${issuer}'`);
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
    const message = `No issuer answers at ${endpoint.origin}. Start one with \`lazurite start\`, or name it with --issuer`;
    throw new CommandError('NoIssuer', message, { cause });
  });
  const body: unknown = await response.json().catch(() => undefined);
  const granted = member(body, 'access_token');
  if (granted) return granted;
  const reason = member(body, 'error_description') ?? `it answered ${response.status}`;
  throw new CommandError('TokenRefused', `The issuer at ${endpoint.origin} gave no token: ${reason}`);
}

function member(body: unknown, name: string): string | undefined {
  const value: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, name) : undefined;
  return typeof value === 'string' ? value : undefined;
}
