import { readFile, writeFile } from 'node:fs/promises';
import { openTestDatabase } from '../harness/database.js';
import { dumpSchema } from '../harness/schema.js';

const PATH = new URL('../../src/platform/database/schema.sql', import.meta.url);

describe('the schema', () => {
  it('is the one that was committed', async () => {
    const opened = await openTestDatabase();
    try {
      const dumped = await dumpSchema(opened.database.db);
      if (process.env['UPDATE_SCHEMA'] === '1') await writeFile(PATH, dumped);
      expect(dumped).toBe(await readFile(PATH, 'utf8'));
    } finally {
      await opened.close();
    }
  });
});
