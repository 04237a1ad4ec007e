import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const folder = resolve(__dirname, '../../docs/decisions');
const INDEX = 'README.md';

test('docs/decisions/README.md lists every decision once, by its title', () => {
  const index = readFileSync(join(folder, INDEX), 'utf8');
  const listed = [
    ...index.matchAll(/^\| \[(?<title>.+)\]\((?<file>[\w-]+\.md)\) \| \d{4}-\d\d-\d\d \| (?:holds|replaced)/gm),
  ];
  const titles = readdirSync(folder)
    .filter((file) => file !== INDEX)
    .map((file) => `${file}: ${/^# (.+)$/m.exec(readFileSync(join(folder, file), 'utf8'))?.[1]}`);
  expect(listed.map(({ groups }) => `${groups?.file}: ${groups?.title}`).sort()).toEqual(titles.sort());
});
