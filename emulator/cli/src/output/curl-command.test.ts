import { execFileSync } from 'node:child_process';
import { curlCommand } from './curl-command.ts';

const request = { url: 'http://localhost:7071/beta/chats/{chatsId}/operations', bodyFile: 'examples/create.json' };

test('curlCommand() has the route parameters filled in, and no line is wider than a screen', () => {
  const text = curlCommand(request);
  expect(text).toContain('curl -i http://localhost:7071/beta/chats/example/operations ');
  for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(100);
});

test('curlCommand() gives the shell exactly the words meant, whatever the names of files hold', () => {
  if (process.platform === 'win32') return; // sh is what the lines are for
  const bodyFile = `it's "quoted" $HOME \`id\` \\ !.json`;
  const commands = `npx() { printf %s "token:$4"; }; curl() { printf '%s\\n' "$@"; };`;
  const script = `${commands} ${curlCommand({ ...request, bodyFile, dataDir: "a 'b" })}`;
  const words = execFileSync('sh', ['-c', script], { encoding: 'utf8' }).split('\n');
  expect(words).toContain("Authorization: Bearer token:a 'b");
  expect(words).toContain(`@${bodyFile}`);
});
