// `npm run test:browser`: drives the dashboard of a running stack in Chromium, as a person with a mouse or the keyboard alone
// would. Skipped with one line where there is no Chromium; CHROMIUM names another than that of the system.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { installFolder } from '../../scripts/on-demand/install-folder.ts';
import { startDashboardStack } from '../support/dashboard-stack.ts';

const BROWSERS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

interface Tally {
  readonly passed: number;
  readonly failed: number;
}

const { values } = parseArgs({ options: { outputFile: { type: 'string' }, screenshots: { type: 'string' } } });
const browser = [process.env.CHROMIUM ?? '', ...BROWSERS].find((path) => path !== '' && existsSync(path));
const tally = browser === undefined ? skip() : await play(browser);
if (values.outputFile !== undefined)
  await writeFile(
    values.outputFile,
    JSON.stringify({
      numPassedTests: tally.passed,
      numFailedTests: tally.failed,
      numRuntimeErrorTestSuites: 0,
      success: tally.failed === 0,
    }),
  );
process.exitCode = tally.failed === 0 ? 0 : 1;

function skip(): Tally {
  process.stdout.write('browser: skipped, for there is no Chromium here\n');
  return { passed: 0, failed: 0 };
}

async function play(executable: string): Promise<Tally> {
  await installFolder(import.meta.dirname);
  const { link, functions, stop } = await startDashboardStack();
  try {
    const options = { executable, link, functions, ...(values.screenshots && { screenshots: values.screenshots }) };
    const session = spawn(process.execPath, [join(import.meta.dirname, 'session.mjs'), JSON.stringify(options)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const output = await text(session.stdout);
    process.stdout.write(output);
    const tallies = output.trimEnd().split('\n').at(-1) ?? '';
    const [, passed, failed] = /^(\d+) passed, (\d+) failed$/.exec(tallies) ?? [];
    return { passed: Number(passed ?? 0), failed: Number(failed ?? 1) }; // a session that ended early has failed
  } finally {
    await stop();
  }
}
