import { deepStrictEqual } from 'node:assert';

let passed = 0;
let failed = 0;

/** Compares, and says what differs: a session goes on, so that one run shows all of it. */
export function check(title, actual, expected) {
  try {
    deepStrictEqual(actual, expected);
    passed += 1;
  } catch (error) {
    failed += 1;
    process.stderr.write(`failed: ${title}\n${error.message}\n`);
  }
}

/** The form in which a session of any language ends. */
export function report() {
  process.stdout.write(`${JSON.stringify({ passed, failed })}\n`);
}

export const origin = process.env.SESSION_ORIGIN ?? '';
export const token = process.env.SESSION_TOKEN ?? '';

/** Of the documentation; every client sends it in its own way. */
export const NEW_TEAM = {
  'template@odata.bind': "https://graph.microsoft.com/v1.0/teamsTemplates('standard')",
  displayName: 'Wind turbines',
  description: 'Plans and readings',
};
export const CLONE = {
  displayName: 'Water',
  mailNickname: 'water',
  partsToClone: 'apps,channels',
  visibility: 'public',
};

/** Asks for an operation of five minutes. */
export const SLOW = { Prefer: 'lro-scenario=slow-success' };

/** @returns the ids in `/teams('…')/operations('…')` */
export function idsIn(location) {
  const { team, operation } = /^\/teams\('(?<team>[^']+)'\)\/operations\('(?<operation>[^']+)'\)$/.exec(
    location,
  ).groups;
  return { team, operation };
}

/** Polls until an operation has ended; more often than Graph wants it. */
export async function pollToTheEnd(get) {
  for (;;) {
    const operation = await get();
    if (['succeeded', 'failed'].includes(operation.status)) return operation;
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
}

/** @returns the status of what is thrown; the number of a status, whatever the client calls it */
export async function statusOf(call) {
  try {
    await call();
    return 200;
  } catch (error) {
    return error.responseStatusCode ?? error.statusCode ?? error.status;
  }
}
