// Drives the dashboard in a browser. Prints a line for each check, and at last how many passed and failed.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

const { executable, link, functions, screenshots } = JSON.parse(process.argv[2]);
const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
// Chromium asks servers of its maker for much that no test needs.
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const PAGES = ['overview', 'runs', 'data', 'storage', 'logs', 'tokens'];
const HOSTILE = '<img src=x onerror="document.title=\'owned\'"><script>document.title="owned"</script> \u202egnp.exe';

let passed = 0;
let failed = 0;

async function check(title, run) {
  const started = performance.now();
  try {
    await run();
    passed++;
    console.log(`✓ ${title} (${Math.round(performance.now() - started)} ms)`);
  } catch (error) {
    failed++;
    console.log(`✕ ${title}\n${String(error.stack).split('\n').slice(0, 6).join('\n')}`);
  }
}

function equal(actual, expected) {
  if (JSON.stringify(actual) !== JSON.stringify(expected))
    throw new Error(`Expected ${JSON.stringify(expected)}, but it is ${JSON.stringify(actual)}`);
}

const save = (body) =>
  fetch(`${functions}/api/save`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

const browser = await chromium.launch({ executablePath: executable, args: ARGUMENTS });
const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, permissions: ['clipboard-write'] });
const page = await context.newPage();
const problems = [];
page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
page.on('pageerror', (error) => problems.push(error.message));
const foreign = [];
page.on('request', (request) => {
  if (new URL(request.url()).origin !== new URL(link).origin) foreign.push(request.url());
});
let clicks = 0;
async function click(locator) {
  clicks++;
  await locator.click();
}
const button = (name) => page.getByRole('button', { name, exact: true });
const open = (path) => page.goto(new URL(`/#/${path}`, link).href);

await check('The link lets in, and the token leaves the address', async () => {
  await page.goto(link);
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
  equal(new URL(page.url()).search, '');
});

await check('Another browser without the token sees nothing', async () => {
  const other = await (await browser.newContext()).newPage();
  const response = await other.goto(new URL('/', link).href);
  equal(response.status(), 401);
  await other.close();
});

await check('Task: find why a request failed, in six clicks or fewer', async () => {
  await save({ id: '1', text: 'first' });
  await save({ name: HOSTILE });
  clicks = 0;
  await click(page.getByRole('link', { name: 'Runs' }));
  await page.getByLabel('Outcome').selectOption('failed');
  clicks++;
  await click(page.locator('.list a', { hasText: 'save' }).first());
  await page.getByText('The order has no id').waitFor();
  await page.getByText('An order needs an id').waitFor();
  equal(clicks <= 6, true);
});

await check('Task: run it again with a payload that was mended', async () => {
  await click(button('Run again save'));
  await page.getByLabel('Body').fill('{ "id": "2", "text": "second" }');
  await click(button('Run'));
  await page.getByText('Succeeded 201').waitFor();
  await click(button('Close'));
});

await check('A run shows its calls of Cosmos DB with their charge', async () => {
  await open('runs');
  await page.locator('.list a', { hasText: 'save' }).first().click();
  await page.locator('.waterfall', { hasText: 'shop/orders' }).waitFor();
});

/** How often the trigger of the container has run. */
async function observed() {
  const response = await context.request.get(new URL('/api/runs?function=observe&limit=1', link).href);
  return (await response.json()).total;
}

async function until(isTrue) {
  const limit = performance.now() + 60_000;
  while (!(await isTrue())) {
    if (performance.now() > limit) throw new Error(`Not within a minute: ${isTrue}`);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

await check('Task: change an item and see the trigger run, in six clicks or fewer', async () => {
  // The trigger begins with what changes after it has found the container, which the first request has made.
  await until(async () => {
    await save({ id: 'first of all' });
    return (await observed()) > 0;
  });
  const before = await observed();
  clicks = 0;
  await open('data/shop/orders');
  await click(button('Run the query'));
  await click(page.locator('.list button', { hasText: '"text":"first"' }));
  await page.getByLabel('Item 1').fill('{ "id": "1", "text": "changed by hand" }');
  await click(button('Save'));
  await page.locator('.list button', { hasText: 'changed by hand' }).waitFor();
  await click(page.getByRole('link', { name: 'Runs' }));
  await until(async () => (await observed()) > before);
  await page.locator('.list a', { hasText: 'observe' }).first().waitFor();
  equal(clicks <= 6, true);
});

await check('An item that somebody else has changed meanwhile is not overwritten', async () => {
  await open('data/shop/orders');
  await button('Run the query').click();
  await page.locator('.list button', { hasText: 'second' }).click();
  await save({ id: '2', text: 'by the app' });
  await page.getByLabel('Item 2').fill('{ "id": "2", "text": "lost" }');
  await button('Save').click();
  await page.getByRole('alert').waitFor();
});

await check('Task: run a failed queue message again, in six clicks or fewer', async () => {
  clicks = 0;
  await click(page.getByRole('link', { name: 'Storage' }));
  await page.getByLabel('Queue').fill('work');
  await page.getByLabel('Text').fill('{"parcel":7}');
  await click(button('Send'));
  const poison = page.locator('.side a', { hasText: 'work-poison' });
  await poison.waitFor({ timeout: 60_000 });
  await click(poison);
  await page.locator('pre', { hasText: '"parcel": 7' }).waitFor();
  await click(button('Run all again'));
  await page.getByText('No message is waiting.').waitFor();
  equal(clicks <= 6, true);
});

await check('Data with markup is shown as text', async () => {
  await save({
    id: 'hostile',
    text: HOSTILE,
    wide: Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`p${i}`, i])),
  });
  await save({ id: 'long', text: 'x'.repeat(1_000_000) });
  await open('data/shop/orders');
  await page.reload();
  await button('Run the query').click();
  await page.locator('.list button', { hasText: 'hostile' }).click();
  await page.getByLabel('Item hostile').waitFor();
  equal(await page.locator('img:not([src="/icon.svg"])').count(), 0);
  equal((await page.title()).includes('owned'), false);
});

await check('A token of the issuer is made and read', async () => {
  await page.getByRole('link', { name: 'Tokens' }).click();
  await page.getByLabel('Subject').fill('alice');
  await button('Ask for a token').click();
  await page.locator('pre', { hasText: '"sub": "alice"' }).waitFor();
});

await check('Every page is reached and used by the keyboard alone', async () => {
  for (const [index, name] of PAGES.entries()) {
    await page.keyboard.press('Escape');
    await page.locator('body').press(String(index + 1));
    await page.getByRole('heading', { level: 1, name: new RegExp(name, 'i') }).waitFor();
  }
  await page.keyboard.press('2');
  await page.locator('.list a').first().waitFor();
  await page.keyboard.press('j');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'What it did' }).waitFor();
  await page.keyboard.press('2');
  await page.keyboard.press('/');
  await page.keyboard.type('no such thing');
  await page.getByText('No run matches the filter.').waitFor();
  await page.keyboard.press('Escape');
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keys' }).waitFor();
  await page.keyboard.press('Escape');
});

for (const colorScheme of ['light', 'dark'])
  await check(`axe finds nothing serious on any page, ${colorScheme}`, async () => {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    for (const name of PAGES) {
      await open(name);
      await page.getByRole('heading', { level: 1 }).first().waitFor();
      if (screenshots) await page.screenshot({ path: `${screenshots}/${name}-${colorScheme}.png` });
      const found = await runAxe();
      equal(found, []);
    }
  });

/** In a world of its own, which the policy of the page does not concern. */
async function runAxe() {
  await page.evaluate(await readFile(AXE, 'utf8'));
  return page.evaluate(async () => {
    const { violations } = await globalThis.axe.run(document, { resultTypes: ['violations'] });
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
  });
}

await check('The page loads nothing from elsewhere, and reports no error', async () => {
  equal(foreign, []);
  // The browser reports each response that is no success, which some checks above ask for.
  equal(
    problems.filter((text) => !text.includes('Failed to load resource')),
    [],
  );
});

await browser.close();
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
