import { readFileSync } from 'node:fs';
import { glob } from 'node:fs/promises';
import { join } from 'node:path';
import { withRedactedErrors } from '../../shared/composition/create-app.ts';

const root = join(__dirname, '../..');

test('withRedactedErrors() keeps what a failed request was sent out of the error', async () => {
  const secret = 'AccountKey=c2VjcmV0';
  const failing = withRedactedErrors((_item: string): never => {
    throw Object.assign(new Error('Not reached'), {
      code: 'ECONNREFUSED',
      request: { headers: { authorization: secret } },
    });
  });
  const error: unknown = await failing('item').catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ message: expect.stringContaining('Not reached') });
  expect(error).not.toHaveProperty('request');
  expect(String(Object(error).stack)).not.toContain(secret);
});

test('withRedactedErrors() passes on parameters and result', async () => {
  const adding = withRedactedErrors((left: number, right: number) => left + right);
  await expect(adding(2, 3)).resolves.toBe(5);
});

test('every function of a trigger other than HTTP is registered with withRedactedErrors()', async () => {
  const files: string[] = [];
  for await (const file of glob('functions/*/*/index.ts', { cwd: root })) files.push(file);
  const triggers = files
    .map((file) => ({ file, source: readFileSync(join(root, file), 'utf8') }))
    .filter(({ source }) => /\bapp\.(?!http)\w+\(/.test(source));
  expect(triggers.length).toBeGreaterThan(6);
  expect(
    triggers.filter(({ source }) => !source.includes('handler: withRedactedErrors(')).map(({ file }) => file),
  ).toEqual([]);
});
