import { Test, type TestingModule } from '@nestjs/testing';
import { openTestDatabase, type TestDatabase } from '../../test/harness/database.js';
import { TestClock, testRuntime } from '../../test/harness/runtime.js';
import { type Actor } from '../access/index.js';
import { AccessModule } from '../access/index.js';
import { AuditModule } from '../audit/index.js';
import { DatabaseModule } from '../platform/database/index.js';
import { HttpModule } from '../platform/http/index.js';
import { RuntimeModule } from '../platform/runtime.module.js';
import { type Fact, factInputSchema } from './fact.js';
import { FactsService, PoliciesModule } from './index.js';

const ADA: Actor = { kind: 'person', personId: 'per_ada', name: 'Ada', role: 'strategist', via: 'token' };

let opened: TestDatabase;
let module: TestingModule;
let facts: FactsService;

const product = (price: number, more: Record<string, unknown> = {}): unknown => ({
  kind: 'product',
  data: { name: 'Tide cup', price, currency: 'EUR', glaze: ['blue', 'grey'], ...more },
  source: 'catalogue',
});

function put(id: string, input: unknown): Promise<Fact> {
  return opened.database.transaction((tx) => facts.put(tx, id, factInputSchema.parse(input), ADA));
}

describe('putting a fact', () => {
  beforeAll(async () => {
    opened = await openTestDatabase();
    module = await Test.createTestingModule({
      imports: [
        DatabaseModule.of(opened.database),
        RuntimeModule.of(testRuntime(new TestClock('2026-11-20T12:00:00Z'))),
        AccessModule,
        AuditModule,
        HttpModule,
        PoliciesModule,
      ],
    }).compile();
    facts = module.get(FactsService);
  });

  afterAll(async () => {
    await module.close();
    await opened.close();
  });

  it('makes a version for each thing it says, and none for saying it again', async () => {
    const first = await put('cup', product(2_400));
    expect(first).toMatchObject({ id: 'cup', version: 1, data: { price: 2_400, glaze: ['blue', 'grey'] } });
    expect(await put('cup', { ...(product(2_400) as object), validFrom: null })).toEqual(first);
    expect((await put('cup', product(2_600))).version).toBe(2);
    expect((await put('cup', product(2_400))).version).toBe(3);
    expect(await facts.current(opened.database.db, ['cup', 'nothing'])).toEqual([{ ...first, version: 3 }]);
  });

  it('writes times in UTC and counts them as part of what it says', async () => {
    const offer = { kind: 'offer', data: { title: 'Ten off', percent: 10 }, source: 'shop' };
    await put('offer', { ...offer, validUntil: '2026-12-01T00:00:00+01:00' });
    const again = await put('offer', { ...offer, validUntil: '2026-11-30T23:00:00.000Z' });
    expect(again).toMatchObject({ version: 1, validUntil: '2026-11-30T23:00:00.000Z' });
    expect((await put('offer', offer)).version).toBe(2);
  });

  it('refuses to make one thing of another', async () => {
    await put('claim-shipping', { kind: 'claim', data: { text: 'Ships free.' }, source: 'terms' });
    await expect(put('claim-shipping', product(1))).rejects.toThrow(/409 fact-kind/);
    expect((await facts.claims(opened.database.db)).map(({ id }) => id)).toEqual(['claim-shipping']);
  });

  it('keeps all of a batch or nothing', async () => {
    const input = factInputSchema.parse(product(100));
    const claim = factInputSchema.parse({ kind: 'claim', data: { text: 'No.' }, source: 'x' });
    const batch = opened.database.transaction((tx) =>
      facts.putAll(
        tx,
        [
          { id: 'batch-new', input },
          { id: 'cup', input: claim },
        ],
        ADA,
      ),
    );
    await expect(batch).rejects.toThrow(/409/);
    expect(await facts.current(opened.database.db, ['batch-new'])).toEqual([]);
    const kept = await opened.database.transaction((tx) =>
      facts.putAll(
        tx,
        ['z', 'a', 'm'].map((id) => ({ id: `batch-${id}`, input })),
        ADA,
      ),
    );
    expect(kept.map(({ id }) => id)).toEqual(['batch-z', 'batch-a', 'batch-m']);
  });

  it('gives every version one number, however many put it at once', async () => {
    const versions = await Promise.all(
      Array.from({ length: 8 }, (_, i) => put('contended', product(1_000 + i))),
    );
    expect(versions.map(({ version }) => version).sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('is listed by id, latest versions only, by kind', async () => {
    const { db } = opened.database;
    const first = await facts.list(db, 'product', null, 3);
    expect(first.map(({ id, version }) => [id, version])).toEqual([
      ['batch-a', 1],
      ['batch-m', 1],
      ['batch-z', 1],
    ]);
    expect((await facts.list(db, 'product', 'batch-z', 9)).map(({ id }) => id)).toEqual(['contended', 'cup']);
    expect((await facts.list(db, null, null, 9)).length).toBe(7);
  });
});

describe('what a fact may say', () => {
  const paths = (input: unknown): string[] =>
    (factInputSchema.safeParse(input).error?.issues ?? []).map((issue) => issue.path.join('.'));

  it('follows its kind', () => {
    expect(paths(product(12.5))).toEqual(['data.price']);
    expect(paths({ kind: 'product', data: { name: ' ' }, source: 'x' })).toEqual([
      'data.name',
      'data.price',
      'data.currency',
    ]);
    expect(paths(product(1, { url: 'javascript:alert(1)' }))).toEqual(['data.url']);
    expect(paths({ kind: 'offer', data: { title: 'x', percent: 120 }, source: 'x' })).toEqual([
      'data.percent',
    ]);
    expect(
      paths({ kind: 'offer', data: { title: 'x', percent: 10, amount: 5, currency: 'EUR' }, source: 'x' }),
    ).toEqual(['data.amount']);
    expect(paths({ kind: 'offer', data: { title: 'x', amount: 5 }, source: 'x' })).toEqual(['data.currency']);
    expect(paths({ kind: 'offer', data: { percent: 10, code: 'TEN' }, source: 'x' })).toEqual([]);
    expect(paths({ kind: 'rumour', data: {}, source: 'x' })).toEqual(['kind']);
    expect(paths({ ...(product(1) as object), colour: 'red' })).toEqual(['']);
    expect(
      paths({
        ...(product(1) as object),
        validFrom: '2026-12-01T00:00:00Z',
        validUntil: '2026-12-01T00:00:00Z',
      }),
    ).toEqual(['validUntil']);
  });
});
