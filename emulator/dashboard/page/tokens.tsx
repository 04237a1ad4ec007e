import { useState } from 'preact/hooks';
import { call } from './api.ts';
import { ActionButton, CopyButton } from './common.tsx';
import { exactTime } from './format.ts';

/** Tokens of the local issuer: asks for one, and shows what any token says. */
export function TokensPage() {
  const [scopes, setScopes] = useState('');
  const [roles, setRoles] = useState('');
  const [subject, setSubject] = useState('');
  const [token, setToken] = useState('');

  async function mint(): Promise<void> {
    const wanted = Object.entries({ scopes, roles, subject }).filter(([, value]) => value !== '');
    const { token: minted } = await call<{ token: string }>('POST', '/tokens', Object.fromEntries(wanted));
    setToken(minted);
  }

  return (
    <>
      <h1>Tokens</h1>
      <div class="panel padded">
        <div class="bar">
          <Field name="Scopes" value={scopes} onInput={setScopes} />
          <Field name="Roles" value={roles} onInput={setRoles} />
          <Field name="Subject" value={subject} onInput={setSubject} />
        </div>
        <span class="faint">Empty fields take what the issuer gives by default.</span>
        <div class="bar">
          <ActionButton isMain action={mint}>
            Ask for a token
          </ActionButton>
          {token !== '' && <CopyButton text={() => token}>Copy the token</CopyButton>}
        </div>
        <label>
          A token, or one that you paste
          <textarea rows={4} value={token} onInput={({ currentTarget }) => setToken(currentTarget.value.trim())} />
        </label>
        {token !== '' && <Claims token={token} />}
      </div>
    </>
  );
}

function Field(props: { readonly name: string; readonly value: string; readonly onInput: (value: string) => void }) {
  return (
    <label class="grow">
      {props.name}
      <input value={props.value} onInput={({ currentTarget }) => props.onInput(currentTarget.value)} />
    </label>
  );
}

/** Whether the signature holds is for the app to say. */
function Claims({ token }: { readonly token: string }) {
  const claims = claimsOf(token);
  if (!claims) return <span class="error">This is not a token: it has no claims that can be read.</span>;
  const { exp } = claims;
  const isExpired = typeof exp === 'number' && exp * 1_000 < Date.now();
  return (
    <div class="stack" role="status">
      {typeof exp === 'number' && (
        <span class={isExpired ? 'failed' : 'faint'}>
          {isExpired ? 'Expired' : 'Valid until'} {exactTime(exp * 1_000)}
        </span>
      )}
      <pre>{JSON.stringify(claims, null, 2)}</pre>
    </div>
  );
}

function claimsOf(token: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const part = token.replace(/^Bearer\s+/i, '').split('.')[1] ?? '';
    const bytes = Uint8Array.from(atob(part.replaceAll('-', '+').replaceAll('_', '/')), (one) => one.charCodeAt(0));
    const claims: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof claims === 'object' && claims !== null ? { ...claims } : undefined;
  } catch {
    return undefined;
  }
}
