import { ChangeFeedStartFrom, type Container } from '@azure/cosmos';
import { openSdkAccount, type SdkAccount } from '../testing/sdk-account.ts';

/** Three bytes of UTF-8 in one UTF-16 code unit, and a surrogate pair of four bytes. */
const TEXTS = ['漢', '😀', 'é'] as const;
const HALF_MB = 512 * 1024;

describe('sizes of items that are not ASCII', () => {
  let account: SdkAccount;

  beforeAll(async () => {
    account = await openSdkAccount();
  });

  afterAll(() => account.close());

  describe.each(TEXTS)('with the text %s', (text) => {
    const bytes = Buffer.byteLength(text);

    it('every operation is charged as one with an ASCII item of as many bytes', async () => {
      const container = await account.container();
      const other = await chargesOf(container, 'other', text.repeat(HALF_MB / bytes));
      const ascii = await chargesOf(container, 'ascii', 'a'.repeat(bytes * Math.floor(HALF_MB / bytes)));
      expect(other).toEqual(ascii);
    });

    it('a page of a query ends before 4 MB', async () => {
      const container = await filled(text.repeat((3 * HALF_MB) / bytes));
      const { resources } = await container.items.query('SELECT * FROM c', { partitionKey: 'p' }).fetchNext();
      expect(resources).toHaveLength(2);
    });

    it('a page of the change feed ends with the item that brings it to 4 MB', async () => {
      const container = await filled(text.repeat((3 * HALF_MB) / bytes));
      const iterator = container.items.getChangeFeedIterator({ changeFeedStartFrom: ChangeFeedStartFrom.Beginning() });
      expect((await iterator.readNext()).count).toBe(3);
    });

    it('the metrics of a query give bytes', async () => {
      const container = await account.container();
      const { resource } = await container.items.create({ id: 'a', pk: 'p', text: text.repeat(100) });
      const size = Buffer.byteLength(JSON.stringify(resource));
      const options = { partitionKey: 'p', populateQueryMetrics: true };
      const { queryMetrics } = (await container.items.query('SELECT * FROM c', options).fetchNext()) as {
        queryMetrics?: unknown;
      };
      expect(JSON.stringify(queryMetrics)).toContain(`"retrievedDocumentSize":${size}`);
      expect(JSON.stringify(queryMetrics)).toContain(`"outputDocumentSize":${size}`);
    });
  });

  async function chargesOf(container: Container, id: string, text: string): Promise<readonly number[]> {
    const created = await container.items.create({ id, pk: id, text });
    const read = await created.item.read();
    const listed = await container.items.readAll({ partitionKey: id }).fetchNext();
    const queried = await container.items.query('SELECT VALUE c.id FROM c', { partitionKey: id }).fetchNext();
    const changeFeedStartFrom = ChangeFeedStartFrom.Beginning(id);
    const changed = await container.items.getChangeFeedIterator({ changeFeedStartFrom }).readNext();
    const replaced = await created.item.replace({ id, pk: id, text });
    const deleted = await created.item.delete();
    return [created, read, listed, queried, changed, replaced, deleted].map(({ requestCharge }) => requestCharge);
  }

  async function filled(text: string): Promise<Container> {
    const container = await account.container();
    for (let n = 0; n < 4; n++) await container.items.create({ id: `${n}`, pk: 'p', text });
    return container;
  }
});
