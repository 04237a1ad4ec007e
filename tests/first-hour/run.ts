// `npm run test:first-hour [-- 22 24]`: the steps of a first hour, from the tarballs, outside the repository, on each
// Node.js that Lazurite runs on.
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { install, packAll } from '../packages/scratch-project.ts';
import { Person } from './person.ts';
import { firstHour } from './steps.ts';

const VERSIONS = ['22', '24', '26'];

const chosen = process.argv.slice(2);
const scratch = await mkdtemp(join(tmpdir(), 'lazurite-first-hour-'));
try {
  const tarballs = await packAll(join(scratch, 'tarballs'));
  const tarball = tarballs.find((path) => /lazurite-\d/.test(path)) ?? '';
  for (const version of chosen.length > 0 ? chosen : VERSIONS) await spendHour(version, tarball);
} finally {
  await rm(scratch, { recursive: true, force: true, maxRetries: 5 });
}

async function spendHour(version: string, tarball: string): Promise<void> {
  const nodeFolder = join(scratch, `node-${version}`);
  await install(nodeFolder, [`node@${version}`]);
  const project = join(scratch, `project-${version}`);
  await mkdir(project);
  const person = new Person(project, join(nodeFolder, 'node_modules/node/bin'));
  const steps = firstHour(tarball);
  let passed = 0;
  try {
    for (const step of steps) {
      const problem = await person.take(step);
      if (problem === undefined) passed += 1;
      process.stdout.write(
        `${problem === undefined ? 'ok' : 'FAILED'}  Node.js ${version}: ${step.name}\n${problem ?? ''}`,
      );
    }
  } finally {
    await person.stop();
  }
  process.stdout.write(`Node.js ${version}: ${passed} of ${steps.length}\n`);
  if (passed < steps.length) process.exitCode = 1;
}
