import fc from 'fast-check';
import type { JWTPayload } from 'jose';
import type { Authenticator } from '../../shared/domain/caller.ts';
import { createJwtAuthenticator, createSigningKeys } from '../../shared/identity/jwt-authenticator.ts';
import { newSigningKey, startTestIssuer, type TestIssuer } from '../support/test-issuer.ts';

const AUDIENCE = 'https://graph.microsoft.com';
const MINUTE_MS = 60_000;

type Foreign = Awaited<ReturnType<typeof newSigningKey>>;

let issuer: TestIssuer;
let foreign: Foreign;
let authenticator: Authenticator;
let nowMs: number;
let tokens = 0;

beforeAll(async () => {
  foreign = await newSigningKey('foreign');
});

beforeEach(async () => {
  issuer = await startTestIssuer();
  restart();
});

afterEach(() => issuer.close());

/** A process of its own, which has no keys yet. */
function restart(): void {
  nowMs = Date.now();
  const now = () => nowMs;
  const keys = createSigningKeys(issuer.url, { now });
  authenticator = createJwtAuthenticator({ issuer: issuer.url, audience: AUDIENCE, keys, now });
}

function claims(): JWTPayload {
  tokens += 1;
  const exp = Math.floor(nowMs / 1000) + 3_600;
  return { iss: issuer.url, aud: AUDIENCE, exp, scp: 'Chat.ReadWrite', jti: String(tokens) };
}

/** A token that was never seen before, signed by the issuer or by somebody else under any name. */
async function authenticate(kid: string | null = null): Promise<unknown> {
  const token = kid === null ? issuer.mint(claims()) : issuer.mint(claims(), { ...foreign, kid });
  return authenticator.authenticate(`Bearer ${await token}`);
}

const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'accepted',
    ({ code }: { code: string }) => code,
  );
const requests = () => [...issuer.requests.values()].reduce((sum, count) => sum + count, 0);

const FAULTS: Readonly<Record<string, () => void>> = {
  'answers 500': () => {
    issuer.failWith = 500;
  },
  'answers 404': () => {
    issuer.failWith = 404;
  },
  'sends no key set': () => {
    issuer.keySet = 'null';
  },
  'sends a key set without keys': () => {
    issuer.keySet = '{"keys":[]}';
  },
  'sends keys that are none': () => {
    issuer.keySet = '{"keys":[7]}';
  },
  'sends a page': () => {
    issuer.keySet = '<html>';
  },
};

function mend(): void {
  issuer.failWith = null;
  issuer.keySet = null;
}

type Step =
  | { readonly kind: 'fault'; readonly fault: string }
  | { readonly kind: 'mend' }
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'send'; readonly kid: string };

const steps = fc.oneof<fc.Arbitrary<Step>[]>(
  fc.constantFrom(...Object.keys(FAULTS)).map((fault) => ({ kind: 'fault', fault }) as const),
  fc.constant({ kind: 'mend' } as const),
  fc.constantFrom(100, 900, 1_100, 20_000, 11 * MINUTE_MS).map((ms) => ({ kind: 'wait', ms }) as const),
  fc.constantFrom('', 'a', 'b', 'first ', 'FIRST', 'x'.repeat(9_000)).map((kid) => ({ kind: 'send', kid }) as const),
);

async function take(step: Step): Promise<void> {
  if (step.kind === 'fault') FAULTS[step.fault]?.();
  if (step.kind === 'mend') mend();
  if (step.kind === 'wait') nowMs += step.ms;
  if (step.kind === 'send') expect(await codeOf(authenticate(step.kid))).not.toBe('accepted');
}

describe('the keys of an issuer', () => {
  test.each(Object.keys(FAULTS))('stay while it %s, whatever tokens come meanwhile', async (fault) => {
    await authenticate();
    FAULTS[fault]?.();
    for (const waited of [1_100, 11 * MINUTE_MS, 24 * 60 * MINUTE_MS]) {
      nowMs += waited;
      expect(await codeOf(authenticate(`unknown ${waited}`))).toBe('ServiceUnavailable');
      expect(await codeOf(authenticate())).toBe('accepted');
    }
    mend();
    nowMs += 1_100;
    expect(await codeOf(authenticate('unknown'))).toBe('InvalidAuthenticationToken');
    expect(await codeOf(authenticate())).toBe('accepted');
  });

  test('are used without delay while it is slow, also when they have to be fetched again', async () => {
    await authenticate();
    nowMs += 11 * MINUTE_MS;
    const { promise, resolve } = Promise.withResolvers<void>();
    issuer.stalled = promise;
    const settled: string[] = [];
    const unknown = codeOf(authenticate('unknown')).then((code) => settled.push(code));
    for (let call = 0; call < 5; call += 1) expect(await codeOf(authenticate())).toBe('accepted');
    expect(settled).toEqual([]);
    resolve();
    await unknown;
    expect(settled).toEqual(['InvalidAuthenticationToken']);
  });

  test('are asked for once by many tokens with unknown keys, and again after a second', async () => {
    await authenticate();
    nowMs += 1_100;
    const before = requests();
    const flood = (from: number) =>
      Promise.all(Array.from({ length: 50 }, (_, index) => codeOf(authenticate(`unknown ${from + index}`))));
    expect(new Set(await flood(0))).toEqual(new Set(['InvalidAuthenticationToken']));
    expect(requests() - before).toBe(1);
    nowMs += 1_100;
    await flood(100);
    expect(requests() - before).toBe(2);
  });

  test('are not asked for again soon because of the same unknown key', async () => {
    await authenticate();
    nowMs += 1_100;
    await codeOf(authenticate('unknown'));
    const before = requests();
    for (let call = 0; call < 5; call += 1) {
      nowMs += 1_100;
      expect(await codeOf(authenticate('unknown'))).toBe('InvalidAuthenticationToken');
    }
    expect(requests()).toBe(before);
    nowMs += 10_000;
    await codeOf(authenticate('unknown'));
    expect(requests()).toBe(before + 1);
  });

  test('include one that the issuer added after it was asked for in vain', async () => {
    await authenticate();
    nowMs += 1_100;
    const added = await newSigningKey('added');
    const token = async () => codeOf(authenticator.authenticate(`Bearer ${await issuer.mint(claims(), added)}`));
    expect(await token()).toBe('InvalidAuthenticationToken');
    issuer.keys.push(added);
    nowMs += 1_100;
    await codeOf(authenticate('another')); // the keys that it makes us fetch are new ones
    expect(await token()).toBe('accepted');
  });

  test('are no longer trusted once the issuer has sent others in their place', async () => {
    const [old] = issuer.keys;
    await authenticate();
    issuer.keys.splice(0, 1, await newSigningKey('second'));
    nowMs += 11 * MINUTE_MS;
    expect(await codeOf(authenticate())).toBe('accepted');
    expect(await codeOf(authenticator.authenticate(`Bearer ${await issuer.mint(claims(), old)}`))).toBe(
      'InvalidAuthenticationToken',
    );
  });

  test('verify a new token after any sequence of faults and tokens, for few requests', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(steps, { maxLength: 25 }), async (sequence) => {
        mend();
        restart();
        await authenticate();
        const before = requests();
        for (const step of sequence) {
          await take(step);
          expect(await codeOf(authenticate())).toBe('accepted');
        }
        const waits = sequence.filter(({ kind }) => kind === 'wait').length;
        expect(requests() - before).toBeLessThanOrEqual(2 * waits);
      }),
      { numRuns: 60 },
    );
  });
});
