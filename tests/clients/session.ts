/** What a client went through, as its process prints it. Both clients do the same, so that one test reads both. */
export interface ClientSession {
  readonly created: Seen;
  /** Ids, in the order in which the pages brought them. */
  readonly listed: readonly string[];
  readonly got: Seen;
  readonly patched: Seen;
  /** Of a get after the delete. */
  readonly afterDelete: SeenError;
  /** Of a create with a wrong body. */
  readonly rejected: SeenError;
  readonly subscription: SubscriptionSession;
  /** Of a get that the service answered with 429 at first. */
  readonly afterThrottling: Seen;
  /** The statuses that came over the wire for that get. */
  readonly throttledStatuses: readonly number[];
}

/** The life of a subscription. */
export interface SubscriptionSession {
  readonly created: SeenSubscription;
  readonly got: SeenSubscription;
  readonly renewed: SeenSubscription;
  /** Of a get after the delete. */
  readonly afterDelete: SeenError;
  /** Of a create whose endpoint does not answer. */
  readonly unreachable: SeenError;
}

export interface SeenSubscription {
  readonly changeType: string | null;
  readonly clientState: string | null;
  /** Whether it ends when the client said. */
  readonly expires: boolean;
}

export interface Seen {
  readonly id: string | null;
  readonly status: string | null;
  readonly operationType: string | null;
}

export interface SeenError {
  readonly status: number | null;
  readonly code: string | null;
  readonly requestId: string | null;
}

export interface SessionInput {
  /** `https://localhost:7071` */
  readonly origin: string;
  readonly token: string;
  readonly chatId: string;
  /** An endpoint that wants notifications. */
  readonly hook: string;
}

export const PAGED = 5;
export const PAGE_SIZE = 2;

export function readInput(): SessionInput {
  const { SESSION_ORIGIN: origin = '', SESSION_TOKEN: token = '' } = process.env;
  const { SESSION_CHAT: chatId = '', SESSION_HOOK: hook = '' } = process.env;
  return { origin, token, chatId, hook };
}

export function inMinutes(minutes: number): Date {
  return new Date(Date.now() + minutes * 60_000);
}

/** Notes the status of every answer from now on: the clients hide what they repeat. */
export function recordStatuses(): number[] {
  const statuses: number[] = [];
  const original = globalThis.fetch;
  globalThis.fetch = async (...request) => {
    const response = await original(...request);
    statuses.push(response.status);
    return response;
  };
  return statuses;
}
