import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Test, type TestingModule } from '@nestjs/testing';
import { sql } from 'kysely';
import { openTestDatabase, type TestDatabase } from '../../test/harness/database.js';
import { TestClock, testRuntime } from '../../test/harness/runtime.js';
import { AccessModule } from '../access/index.js';
import { AuditModule } from '../audit/index.js';
import { DatabaseModule, type Tx } from '../platform/database/index.js';
import { HttpModule } from '../platform/http/index.js';
import { RuntimeModule } from '../platform/runtime.module.js';
import { TesterModule } from '../rehearsal/index.js';
import { type Bundle } from './bundle.js';
import { listBundles } from './bundles.read-model.js';
import { insertBundle } from './bundles.repository.js';
import { compilePlaybook } from './compiler.js';
import { PoliciesModule, PoliciesService, TemplateSigner } from './index.js';

const ADA = { personId: 'per_ada', name: 'Ada' };

/** Keeps what it was asked to sign. */
class Signatures extends TemplateSigner {
  readonly made: { bundle: string; by: string }[] = [];
  override sign(_tx: Tx, bundle: Bundle, by: { personId: string }): Promise<void> {
    this.made.push({ bundle: bundle.hash, by: by.personId });
    return Promise.resolve();
  }
}

/** One process: a service over the shared database and folder. */
interface Started {
  readonly policies: PoliciesService;
  readonly signatures: Signatures;
  stop(): Promise<void>;
}

let opened: TestDatabase;
let folder: string;
const clock = new TestClock('2026-11-20T12:00:00Z');
const running: Started[] = [];

async function processOn(path = folder, nodeEnv = 'test'): Promise<Started> {
  const before = process.env['NODE_ENV'];
  process.env['NODE_ENV'] = nodeEnv;
  const signatures = new Signatures();
  const module: TestingModule = await Test.createTestingModule({
    imports: [
      DatabaseModule.of(opened.database),
      RuntimeModule.of(testRuntime(clock, { POLICIES_DIR: path })),
      AccessModule,
      AuditModule,
      HttpModule,
      PoliciesModule,
      TesterModule,
    ],
    providers: [{ provide: TemplateSigner, useValue: signatures }],
  }).compile();
  process.env['NODE_ENV'] = before;
  module.useLogger(false);
  const started: Started = {
    policies: module.get(PoliciesService),
    signatures,
    stop: () => module.close(),
  };
  running.push(started);
  return started;
}

async function edit(file: string, change: (text: string) => string): Promise<void> {
  const path = join(folder, file);
  await writeFile(path, change(await readFile(path, 'utf8')));
}

async function until(what: () => boolean): Promise<void> {
  const deadline = performance.now() + 120_000;
  while (!what()) {
    if (performance.now() > deadline) throw new Error('it did not happen within two minutes');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Each of these tests has a database and a folder of its own. */
function eachByItself(): void {
  beforeEach(async () => {
    opened = await openTestDatabase();
    await sql`insert into people (id, email, name, role, created_at)
      values ('per_ada', 'ada@example.com', 'Ada', 'administrator', ${clock.now()}),
        ('per_bea', 'bea@example.com', 'Bea', 'strategist', ${clock.now()})`.execute(opened.database.db);
    folder = await mkdtemp(join(tmpdir(), 'countersign-policies-'));
    await cp('policies', folder, { recursive: true });
  });

  afterEach(async () => {
    for (const started of running.splice(0)) await started.stop();
    await opened.close();
    await rm(folder, { recursive: true });
  });
}

describe('the first start', () => {
  eachByItself();

  it('activates the folder, signs its templates in the name of the administrator and records it', async () => {
    const { policies, signatures } = await processOn();
    expect(() => policies.active()).toThrow(/503/);
    await policies.loadFolderAtStart(ADA);
    const { hash } = policies.active();
    expect(signatures.made).toEqual([{ bundle: hash, by: 'per_ada' }]);
    const { rows } = await sql`select actor, action, subject from audit_entries`.execute(opened.database.db);
    expect(rows).toEqual([{ actor: 'per_ada', action: 'policies.activated', subject: hash }]);
  });

  it('stops with one line when the playbook is broken, and when there is none', async () => {
    await edit('brand.yaml', (text) => text.replace('currency: EUR', 'currency: euros'));
    const broken = await processOn();
    await expect(broken.policies.loadFolderAtStart(ADA)).rejects.toThrow(
      /POLICIES_DIR .* should hold a working playbook: brand\.yaml:\d+:11 /,
    );
    const nowhere = await processOn(join(folder, 'nowhere'));
    await expect(nowhere.policies.loadFolderAtStart(ADA)).rejects.toThrow(
      /should hold a working playbook: .*ENOENT/,
    );
  });
});

describe('a later start', () => {
  eachByItself();

  it('keeps the last good bundle when the folder is broken, and says what is wrong', async () => {
    const first = await processOn();
    await first.policies.loadFolderAtStart(ADA);
    await edit('guardrails/people.yaml', (text) =>
      text.replace('profile.traits.key_account', 'profile.traits.key_acount'),
    );
    const second = await processOn();
    await second.policies.loadFolderAtStart(ADA);
    expect(second.policies.active().hash).toBe(first.policies.active().hash);
    expect(second.policies.lastProblems()).toEqual([
      expect.objectContaining({
        file: 'guardrails/people.yaml',
        message: 'trait "key_acount" is not declared; did you mean "key_account"?',
      }),
    ]);
    expect(second.signatures.made).toEqual([]);
  });

  it('activates a folder that changed, and leaves one that did not', async () => {
    const first = await processOn();
    await first.policies.loadFolderAtStart(ADA);
    const same = await processOn();
    await same.policies.loadFolderAtStart(ADA);
    expect(same.signatures.made).toEqual([]);
    await edit('engine.yaml', (text) => text.replace('exploration: 0.05', 'exploration: 0.1'));
    const changed = await processOn();
    await changed.policies.loadFolderAtStart(ADA);
    expect(changed.policies.active().engine.exploration).toBe(0.1);
    expect(changed.signatures.made).toHaveLength(1);
  });

  it('in production keeps a folder that changed, and puts nothing in force by itself', async () => {
    const first = await processOn(folder, 'production');
    await first.policies.loadFolderAtStart(ADA);
    const old = first.policies.active().hash;
    expect(first.signatures.made).toEqual([{ bundle: old, by: 'per_ada' }]);
    await edit('engine.yaml', (text) => text.replace('exploration: 0.05', 'exploration: 0.1'));
    const second = await processOn(folder, 'production');
    await second.policies.loadFolderAtStart(ADA);
    expect(second.policies.active().hash).toBe(old);
    expect(second.signatures.made).toEqual([]);

    const kept = await listBundles(opened.database.db, null, 10);
    const candidate = kept.find((bundle) => bundle.hash !== old);
    expect(candidate).toMatchObject({ active: false, activatedAt: null, activatedBy: null });
    expect(second.policies.waitingFolder()).toBe(candidate?.hash);
    // What comes before this step, others' agreement, is the proposals' to see to.
    await opened.database.transaction((tx) =>
      second.policies.activate(tx, candidate?.hash ?? '', { personId: 'per_bea', name: 'Bea' }),
    );
    await second.policies.refresh();
    expect(second.policies.active().engine.exploration).toBe(0.1);
    expect(second.signatures.made).toEqual([{ bundle: candidate?.hash, by: 'per_bea' }]);
    const third = await processOn(folder, 'production');
    await third.policies.loadFolderAtStart(ADA);
    expect([third.policies.active().hash, third.policies.waitingFolder()]).toEqual([candidate?.hash, null]);
  });

  it('does not undo what somebody activated by hand', async () => {
    const first = await processOn();
    await first.policies.loadFolderAtStart(ADA);
    const old = first.policies.active().hash;
    await edit('engine.yaml', (text) => text.replace('exploration: 0.05', 'exploration: 0.1'));
    const second = await processOn();
    await second.policies.loadFolderAtStart(ADA);
    await opened.database.transaction((tx) =>
      second.policies.activate(tx, old, { personId: 'per_bea', name: 'Bea' }),
    );
    const third = await processOn();
    await third.policies.loadFolderAtStart(ADA);
    expect(third.policies.active().hash).toBe(old);
  });
});

describe('a playbook whose own tests fail', () => {
  eachByItself();

  const loosen = (): Promise<void> =>
    edit('guardrails/restraint.yaml', (text) => text.replace('max: 1, per: 1d', 'max: 2, per: 1d'));

  it('does not take the place of the one that works; each failure is named at its place', async () => {
    const first = await processOn();
    await first.policies.loadFolderAtStart(ADA);
    await loosen();
    const second = await processOn();
    await second.policies.loadFolderAtStart(ADA);
    expect(second.policies.active().hash).toBe(first.policies.active().hash);
    expect(second.signatures.made).toEqual([]);
    const [problem] = second.policies.lastProblems();
    expect(problem?.file).toBe('tests/restraint.yaml');
    expect(problem?.message).toMatch(
      /^the test “A second marketing mail .*” fails: expect\.sendAt should be .*, got 2026-11-18T09:00:00\.000Z/,
    );
  });

  it('stops a first start', async () => {
    await loosen();
    const { policies } = await processOn();
    await expect(policies.loadFolderAtStart(ADA)).rejects.toThrow(
      /should hold a working playbook: tests\/restraint\.yaml:\d+:\d+ the test .* fails/,
    );
  });

  it('is not activated by a person either', async () => {
    const { policies, signatures } = await processOn();
    await policies.loadFolderAtStart(ADA);
    const before = policies.active();
    const files = { ...before.files };
    files['guardrails/restraint.yaml'] = (files['guardrails/restraint.yaml'] ?? '').replace(
      'max: 1, per: 1d',
      'max: 2, per: 1d',
    );
    const result = compilePlaybook(files);
    if (!result.ok) throw new Error('it should compile');
    const { hash } = result.bundle;
    await opened.database.transaction(async (tx) => {
      await insertBundle(tx, { hash, files: result.bundle.files, counts: {}, at: clock.now() });
    });
    const refused: unknown = await opened.database
      .transaction((tx) => policies.activate(tx, hash, ADA))
      .catch((error: unknown) => error);
    expect(refused).toMatchObject({
      status: 409,
      code: 'playbook-tests-fail',
      errors: [
        expect.objectContaining({
          path: expect.stringMatching(/^tests\/restraint\.yaml:\d+:\d+$/) as string,
        }),
        expect.anything(),
      ],
    });
    await policies.refresh();
    expect(policies.active().hash).toBe(before.hash);
    expect(signatures.made).toHaveLength(1);
  });
});

describe('while running', () => {
  eachByItself();

  it('takes up an edit of the folder, and lets a broken one pass by', async () => {
    const { policies } = await processOn();
    await policies.loadFolderAtStart(ADA);
    const { hash } = policies.active();
    await edit('channels.yaml', (text) => text.replace('kind: onsite', 'kind: radio'));
    await until(() => policies.lastProblems().length > 0);
    expect(policies.active().hash).toBe(hash);
    await edit('channels.yaml', (text) =>
      text.replace('kind: radio', 'kind: onsite').replace('contactCost: 2', 'contactCost: 3'),
    );
    await until(() => policies.active().hash !== hash);
    expect(policies.active().channels.get('onsite')?.contactCost).toBe(3);
    expect(policies.lastProblems()).toEqual([]);
  });

  it('follows what another process activates, and tells its listeners', async () => {
    const here = await processOn();
    await here.policies.loadFolderAtStart(ADA);
    const old = here.policies.active().hash;
    const seen: string[] = [];
    here.policies.onActivated((bundle) => seen.push(bundle.hash));
    const elsewhere = await mkdtemp(join(tmpdir(), 'countersign-policies-'));
    try {
      await cp(folder, elsewhere, { recursive: true });
      const brand = await readFile(join(elsewhere, 'brand.yaml'), 'utf8');
      await writeFile(join(elsewhere, 'brand.yaml'), brand.replace('locale: en', 'locale: en-GB'));
      const other = await processOn(elsewhere);
      await other.policies.loadFolderAtStart(ADA);
      await until(() => here.policies.active().brand.locale === 'en-GB');
      expect(seen).toEqual([other.policies.active().hash]);
      expect((await here.policies.bundle(old)).hash).toBe(old);
    } finally {
      await rm(elsewhere, { recursive: true });
    }
  });

  it('knows no bundle that was never kept', async () => {
    const { policies } = await processOn();
    await expect(policies.bundle('0'.repeat(64))).rejects.toThrow(/404/);
    await expect(
      opened.database.transaction((tx) => policies.activate(tx, '0'.repeat(64), ADA)),
    ).rejects.toThrow(/404/);
  });

  it('activates nothing when the templates cannot be signed', async () => {
    const { policies, signatures } = await processOn();
    signatures.sign = () => Promise.reject(new Error('no key'));
    await expect(policies.loadFolderAtStart(ADA)).rejects.toThrow('no key');
    const { rows } = await sql`select 1 from bundle_activations`.execute(opened.database.db);
    expect(rows).toEqual([]);
  });
});
