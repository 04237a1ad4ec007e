import { resolve } from 'node:path';
import type { Clock, Randomness } from '@lazurite/runtime';
import { type Examination, examineApp } from '../doctor/examine-app.ts';
import type { Finding } from '../doctor/finding.ts';
import type { Terminal } from '../terminal.ts';

export interface DoctorFlags {
  readonly scriptRoot: string;
  readonly json: boolean;
}

export interface DoctorDependencies {
  readonly terminal: Terminal;
  readonly process: NodeJS.Process;
  readonly clock: Clock;
  readonly randomness: Randomness;
}

const SCHEMA_VERSION = 1;
const HEADINGS = {
  error: 'Will not work here',
  warning: 'May not work in Azure',
  info: 'Differs in Azure, or good to know',
} as const;

/** Prints what was found. The exit code is 1 when something will not work here. */
export async function doctor(
  flags: DoctorFlags,
  { terminal, process, clock, randomness }: DoctorDependencies,
): Promise<void> {
  const scriptRoot = resolve(flags.scriptRoot);
  const examination = await examineApp({ scriptRoot, env: process.env, clock, randomness });
  terminal.out(flags.json ? toJson(examination) : toText(examination, scriptRoot));
  process.exitCode = examination.findings.some(({ level }) => level === 'error') ? 1 : 0;
}

function toJson({ functions, findings }: Examination): string {
  const listed = functions.map(({ name, triggerType }) => ({ name, triggerType }));
  return `${JSON.stringify({ schemaVersion: SCHEMA_VERSION, functions: listed, findings })}\n`;
}

function toText({ functions, findings }: Examination, scriptRoot: string): string {
  const sections = (['error', 'warning', 'info'] as const).map((level) =>
    section(
      HEADINGS[level],
      findings.filter((finding) => finding.level === level),
    ),
  );
  const count = `${functions.length} function${functions.length === 1 ? '' : 's'} in ${scriptRoot}\n`;
  return [count, ...sections].join('');
}

function section(heading: string, findings: readonly Finding[]): string {
  if (findings.length === 0) return '';
  const lines = findings.map(({ subject, message }) => `  ${subject}: ${message.replaceAll('\n', '\n    ')}\n`);
  return `\n${heading}:\n${lines.join('')}`;
}
