import { execFileSync } from 'node:child_process';
import { curlCommand } from './curl-command.ts';

const request = { url: 'http://localhost:7071/beta/chats/{chatsId}/operations', body: { a: 1 }, token: 'abc' };

test('curlCommand() is one line with the route parameters filled in', () => {
  const line = curlCommand(request);
  expect(line).not.toContain('\n');
  expect(line).toContain("'http://localhost:7071/beta/chats/example/operations'");
});

test('curlCommand() gives the shell exactly the words meant, whatever the body holds', () => {
  if (process.platform === 'win32') return; // sh is what the line is for
  const body = { text: `it's "quoted" $HOME \`id\` \\ !` };
  const script = `curl() { printf '%s\\n' "$@"; }; ${curlCommand({ ...request, body })}`;
  const words = execFileSync('sh', ['-c', script], { encoding: 'utf8' }).split('\n');
  expect(words).toContain('Authorization: Bearer abc');
  expect(words).toContain(JSON.stringify(body));
});
