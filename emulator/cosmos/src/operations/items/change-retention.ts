import type { Container } from '../../account/container.ts';

const SECONDS_PER_MINUTE = 60;

/** Whether the container has a change feed of all versions and deletes. */
export function keepsAllVersions({ definition }: Container): boolean {
  return retentionMinutesOf(definition) > 0;
}

/** The time from which that feed keeps changes; both in seconds since the Unix epoch. */
export function startOfRetention({ definition }: Container, now: number): number {
  return now - retentionMinutesOf(definition) * SECONDS_PER_MINUTE;
}

function retentionMinutesOf({ changeFeedPolicy }: Container['definition']): number {
  return changeFeedPolicy?.retentionDuration ?? 0;
}
