import type { Stack } from '../stack.ts';

/** The first line of `--json`: requests are served from now on, at these addresses. */
export function readyLine({ functions, cosmos, issuer }: Stack, pid: number): string {
  const event = { event: 'ready', functions: functions.url, cosmos: cosmos.endpoint, issuer: issuer.url, pid };
  return `${JSON.stringify(event)}\n`;
}
