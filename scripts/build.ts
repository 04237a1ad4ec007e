// `npm run build`: checks the types and bundles. On a terminal it shows which step runs.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const STEPS = [
  { name: 'Checking types', args: ['node_modules/typescript/lib/tsc.js', '-b', 'emulator', 'tsconfig.json'] },
  { name: 'Bundling the app and the command line', args: ['scripts/bundle.ts'] },
];
const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const FRAME_MS = 80;
const CLEAR_LINE = '\r\u001b[K';

for (const { name, args } of STEPS) {
  const spinner = process.stderr.isTTY === true ? spin(name) : undefined;
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  const output: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => output.push(chunk));
  const [code] = await once(child, 'close');
  spinner?.stop();
  process.stderr.write(Buffer.concat(output));
  if (code !== 0) process.exit(typeof code === 'number' ? code : 1);
}

function spin(name: string): { stop(): void } {
  let frame = 0;
  const draw = (): void => void process.stderr.write(`${CLEAR_LINE}${FRAMES[frame++ % FRAMES.length]} ${name}`);
  draw();
  const timer = setInterval(draw, FRAME_MS);
  return {
    stop: () => {
      clearInterval(timer);
      process.stderr.write(CLEAR_LINE);
    },
  };
}
