import { Injectable } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { AuditService } from '../audit/index.js';
import { Database, type Executor, type Tx } from '../platform/database/index.js';
import { Problem } from '../platform/http/index.js';
import { type FieldError } from '../platform/http/problem.js';
import { Log } from '../platform/telemetry/index.js';
import { canonicalJson } from '../shared/canonical-json.js';
import { Clock } from '../shared/clock.js';
import { Ids } from '../shared/ids.js';
import { type Bundle } from './bundle.js';
import { insertBundle, selectBundleFiles, wasActivated } from './bundles.repository.js';
import { compilePlaybook, countsOf } from './compiler.js';
import { changeInFull, changesBetween, gravest, type ItemChange } from './diff.js';
import { type DraftCheck } from './draft-check.js';
import { laidOver } from './laid-over.js';
import { PlaybookReplayer } from './playbook-replayer.port.js';
import { type Activator, PoliciesService } from './policies.service.js';
import {
  insertProposal,
  insertVerdict,
  lockProposals,
  type Proposal,
  type ProposalOrigin,
  type ProposalState,
  selectProposal,
  selectLatestOf,
  selectProposals,
  selectWaiting,
  selectWriters,
  updateState,
} from './proposals.repository.js';
import { type TestReport } from './test-report.js';

/** A replay that goes with a proposal looks back this far: a quarter of a year shows every season of a week and month. */
const REPLAYED_MS = 90 * 86_400_000;

/** A change that somebody asks for. */
export interface NewProposal {
  readonly title: string;
  readonly reason: string;
  /** The playbook it was written against; the one in force when left out. */
  readonly base?: string | undefined;
  /** By path: the new text, or null to drop the file. What is not named stays as it is in the base. */
  readonly changes: Readonly<Record<string, string | null>>;
}

/** A bundle that was kept and never in force, such as a folder's, to be agreed to as a whole. */
export interface KeptProposal {
  readonly title: string;
  readonly reason: string;
  readonly bundle: string;
}

export interface NewVerdict {
  readonly verdict: 'approve' | 'reject' | 'withdraw';
  readonly note?: string | undefined;
}

/** Changes of the playbook: proposed by one person, agreed to by others, put in force by somebody, in that order. */
@Injectable()
export class ProposalsService {
  private readonly log = new Log('policies');

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly ids: Ids,
    private readonly audit: AuditService,
    private readonly policies: PoliciesService,
    private readonly modules: ModuleRef,
  ) {}

  /**
   * Proposes a change. It is compiled, its tests are run, it is compared with what is in force, and a replay is asked for.
   * @throws Problem 404 for a base that is gone, 409 for one that is no longer in force or for a change that another proposal makes too,
   *   422 when the playbook that would come of it has mistakes, or would be the same.
   */
  async propose(request: NewProposal, by: Activator): Promise<Proposal> {
    const base = await this.baseOf(request.base);
    const bundle = compiled(base.files, request.changes);
    const changes = changesBetween(base, bundle);
    if (changes.length === 0) throw nothingChanged();
    const tests = await this.policies.test(bundle);
    return this.database.transaction(async (tx) => {
      await lockProposals(tx);
      await this.refuseCollisions(tx, request, changes);
      return this.keep(tx, { request, by, base, bundle, changes, tests, writers: null, origin: 'person' });
    });
  }

  /**
   * Proposes a kept bundle as it is, against the playbook in force.
   * @throws Problem as `propose`, and 409 for one that was in force before or that waits already.
   */
  async proposeKept(request: KeptProposal, by: Activator): Promise<Proposal> {
    const compared = await this.compareKept(request.bundle);
    return this.database.transaction(async (tx) => {
      await lockProposals(tx);
      if (await wasActivated(tx, request.bundle))
        throw new Problem(
          409,
          'was-in-force',
          'It was in force before: activate it, nobody else has to agree.',
        );
      const last = await selectLatestOf(tx, request.bundle);
      if (last !== null && isWaiting(last))
        throw new Problem(409, 'proposed-already', `“${last.title}” (${last.id}) proposes it already.`);
      await this.refuseCollisions(tx, request, compared.changes);
      return this.keep(tx, { ...compared, request, by, writers: null, origin: 'person' });
    });
  }

  /**
   * Proposes what a proposal that waits would change on the playbook in force, where its own base no longer is; it is withdrawn for that. Whoever
   * wrote it cannot agree to it this time either.
   * @throws Problem 404; 409 when it is decided, when its base is in force, or when it changes what came into force since changed too; and as
   *   `propose`.
   */
  async proposeAgain(id: string, by: Activator): Promise<Proposal> {
    const { title, reason, writers, ...earlier } = await this.get(id);
    requireWaiting(earlier);
    if (earlier.origin === 'folder')
      throw new Problem(
        409,
        'folder-proposal',
        'The folder proposed it: bring what is in force into the folder. The next start proposes it anew.',
      );
    const base = this.policies.active();
    if (earlier.base === base.hash)
      throw new Problem(409, 'base-in-force', 'What it was proposed on is in force: it needs no other base.');
    const bundle = onBase(
      base,
      { base: await this.policies.bundle(earlier.base), bundle: await this.policies.bundle(earlier.bundle) },
      title,
    );
    const changes = changesBetween(base, bundle);
    if (bundle.hash === base.hash) throw nothingChanged();
    const tests = await this.policies.test(bundle);
    return this.database.transaction(async (tx) => {
      await lockProposals(tx);
      requireWaiting(await this.read(tx, id));
      const note = `It was proposed on what is in force, ${base.hash.slice(0, 12)}.`;
      await this.end(tx, { id, replayId: earlier.replayId }, 'withdrawn', by, { verdict: 'withdraw', note });
      const request = {
        title,
        reason: `${reason} Instead of an earlier proposal (${id}), on what is in force since.`,
      };
      await this.refuseCollisions(tx, request, changes);
      const wrote = writers?.map((writer) => writer.id) ?? null;
      return this.keep(tx, { request, by, base, bundle, changes, tests, writers: wrote, origin: 'person' });
    });
  }

  /**
   * Proposes what a start found in the folder, in the name of the administrator, who answers for the folder and cannot also agree to it. Nor can
   * its writers; where nobody knows them, one more has to agree, for one of those who do may have written it. What earlier starts proposed is
   * withdrawn; what others refused is not asked again.
   * @param writers ids of people; null when they are not known.
   */
  async proposeFolder(administrator: Activator, writers: readonly string[] | null): Promise<void> {
    const bundle = this.policies.waitingFolder();
    if (bundle === null) return;
    try {
      await this.proposeFound(bundle, administrator, writers);
    } catch (error) {
      // It waits on the playbook's page, where somebody can propose it once what is in the way was decided.
      if (!(error instanceof Problem)) throw error;
      this.log.warn('playbook.not_proposed', { bundle, error });
    }
  }

  private async proposeFound(
    bundle: string,
    by: Activator,
    writers: readonly string[] | null,
  ): Promise<void> {
    const compared = await this.compareKept(bundle);
    const request = {
      title: `The playbook’s folder, ${bundle.slice(0, 12)}`,
      reason:
        writers === null
          ? 'A start found the folder changed. Who wrote it is not known here, so one more person has to agree.'
          : 'A start found the folder changed.',
    };
    await this.database.transaction(async (tx) => {
      await lockProposals(tx);
      const last = await selectLatestOf(tx, bundle);
      const isSame = last?.base === compared.base.hash;
      if (last !== null && isSame && (isWaiting(last) || last.state === 'rejected')) return;
      const note = 'The folder, or the playbook in force, is another one by now.';
      for (const earlier of await selectWaiting(tx))
        if (earlier.origin === 'folder')
          await this.end(tx, earlier, 'withdrawn', by, { verdict: 'withdraw', note });
      await this.refuseCollisions(tx, request, compared.changes);
      await this.keep(tx, { ...compared, request, by, writers, origin: 'folder' });
    });
  }

  private async compareKept(hash: string): Promise<Compared> {
    const base = this.policies.active();
    const bundle = await this.policies.bundle(hash);
    // Nothing may be otherwise but comments: that, too, is another bundle, and somebody's to agree to.
    const changes = changesBetween(base, bundle);
    return { base, bundle, changes, tests: await this.policies.test(bundle) };
  }

  /**
   * What is wrong with a change, or probably not meant, as it would be told when it is proposed; changes nothing. Of warnings only those that
   * the playbook in force does not have, or that stand in a file that was changed.
   */
  async check(changes: NewProposal['changes']): Promise<DraftCheck> {
    const base = this.policies.active();
    const result = compilePlaybook(withChanges(base.files, changes));
    if (!result.ok) return { errors: result.errors, warnings: [] };
    const known = new Set((await this.policies.findings(base)).map(({ message }) => message));
    const found = await this.policies.findings(result.bundle);
    return {
      errors: [],
      warnings: found.filter(({ file, message }) => Object.hasOwn(changes, file) || !known.has(message)),
    };
  }

  private async baseOf(hash: string | undefined): Promise<Bundle> {
    const active = this.policies.active();
    if (hash === undefined || hash === active.hash) return active;
    await this.policies.bundle(hash);
    throw new Problem(
      409,
      'base-moved',
      `The playbook in force is ${active.hash.slice(0, 12)} by now, not ${hash.slice(0, 12)}: write the change against it.`,
    );
  }

  private async refuseCollisions(
    tx: Tx,
    request: Pick<NewProposal, 'title'>,
    changes: readonly ItemChange[],
  ): Promise<void> {
    const errors: FieldError[] = (await selectWaiting(tx)).flatMap((other) =>
      changes.flatMap((change) => {
        const theirs = other.changes.find(({ item }) => item === change.item);
        if (theirs === undefined) return [];
        return [
          {
            path: change.item,
            message: `“${other.title}” by ${other.author.name} (${other.id}): ${changeInFull(theirs)} “${request.title}”: ${changeInFull(change)}`,
          },
        ];
      }),
    );
    if (errors.length > 0)
      throw new Problem(
        409,
        'proposals-collide',
        'Another proposal that waits changes the same. Have it decided or withdrawn first.',
        errors,
      );
  }

  private async keep(
    tx: Tx,
    made: Compared & {
      readonly request: Pick<NewProposal, 'title' | 'reason'>;
      readonly by: Activator;
      readonly origin: ProposalOrigin;
      readonly writers: readonly string[] | null;
    },
  ): Promise<Proposal> {
    const { request, by, base, bundle, changes, tests, origin, writers } = made;
    const now = this.clock.now();
    const id = this.ids.make('prp');
    const severity = gravest(changes.map((change) => change.severity));
    await insertBundle(tx, { hash: bundle.hash, files: bundle.files, counts: countsOf(bundle), at: now });
    const since = new Date(now.getTime() - REPLAYED_MS).toISOString();
    await insertProposal(tx, {
      id,
      title: request.title,
      reason: request.reason,
      base: base.hash,
      bundle: bundle.hash,
      changes,
      severity,
      // The playbook in force says how many, or a proposal could ask for fewer.
      needed: base.engine.approvals[severity] + (origin === 'folder' && writers === null ? 1 : 0),
      tests,
      origin,
      replayId: await this.replayer().askIn(tx, { bundle: bundle.hash, since, by: by.personId }),
      author: by.personId,
      writers,
      at: now,
    });
    await this.audit.record(tx, {
      actor: by.personId,
      action: 'policies.proposed',
      subject: id,
      detail: {
        base: base.hash,
        bundle: bundle.hash,
        severity,
        origin,
        items: changes.map(({ item }) => item),
      },
    });
    return this.read(tx, id);
  }

  /** Looked up when it is needed: what replays decisions stands downstream. */
  private replayer(): PlaybookReplayer {
    return this.modules.get(PlaybookReplayer, { strict: false });
  }

  /** @throws Problem 404. */
  async get(id: string): Promise<Proposal> {
    return this.read(this.database.db, id);
  }

  private async read(db: Executor, id: string): Promise<Proposal> {
    const found = await selectProposal(db, id);
    if (found === null) throw new Problem(404, 'no-such-proposal', `There is no proposal ${id}.`);
    return found;
  }

  /** The proposal of a bundle that waits, else its latest; null when nobody proposed it. */
  latestOf(bundle: string): Promise<Proposal | null> {
    return selectLatestOf(this.database.db, bundle);
  }

  list(query: {
    readonly states: readonly ProposalState[] | null;
    readonly after: readonly [string, string] | null;
    readonly limit: number;
  }): Promise<Proposal[]> {
    return selectProposals(this.database.db, query);
  }

  /**
   * Agrees, refuses, or takes one's own proposal back.
   * @throws Problem 404; 409 when it is decided already, for what one wrote or proposed oneself, for a second verdict of the same person, or when its tests fail.
   */
  judge(id: string, given: NewVerdict, by: Activator): Promise<Proposal> {
    return this.database.transaction(async (tx) => {
      await lockProposals(tx);
      const proposal = await this.read(tx, id);
      if (proposal.state !== 'open' && !(proposal.state === 'approved' && given.verdict !== 'approve'))
        throw new Problem(409, 'proposal-decided', `The proposal is ${proposal.state} already.`);
      const isAuthor = proposal.author.id === by.personId;
      if (given.verdict === 'withdraw') {
        if (!isAuthor)
          throw new Problem(409, 'not-yours', 'Only whoever proposed it can withdraw it; you can reject it.');
        await this.end(tx, proposal, 'withdrawn', by, given);
      } else {
        if (isAuthor)
          throw new Problem(409, 'own-proposal', 'You proposed it, so somebody else has to decide on it.');
        if ((await selectWriters(tx, proposal.bundle)).has(by.personId))
          throw new Problem(409, 'own-proposal', 'You wrote it, so somebody else has to decide on it.');
        await this.count(tx, proposal, { ...given, verdict: given.verdict }, by);
      }
      return this.read(tx, id);
    });
  }

  private async count(
    tx: Tx,
    proposal: Proposal,
    given: NewVerdict & { readonly verdict: 'approve' | 'reject' },
    by: Activator,
  ): Promise<void> {
    if (given.verdict === 'approve' && proposal.tests.failures.length > 0)
      throw new Problem(409, 'playbook-tests-fail', 'Its own tests fail, so nobody can agree to it.');
    const before = proposal.verdicts.filter((verdict) => verdict.by.id === by.personId);
    if (before.length > 0 && given.verdict === 'approve')
      throw new Problem(409, 'same-person', 'You agreed to it already; another person has to, too.');
    if (before.length === 0)
      await insertVerdict(tx, {
        id: proposal.id,
        by: by.personId,
        verdict: given.verdict,
        note: given.note ?? null,
        at: this.clock.now(),
      });
    if (given.verdict === 'reject') {
      await this.end(tx, proposal, 'rejected', by, given);
      return;
    }
    const agreed = proposal.verdicts.filter(({ verdict }) => verdict === 'approve').length + 1;
    if (agreed >= proposal.needed) await updateState(tx, proposal.id, 'approved', null);
    await this.audit.record(tx, {
      actor: by.personId,
      action: 'policies.proposal.approved',
      subject: proposal.id,
      detail: { agreed, needed: proposal.needed },
    });
  }

  private async end(
    tx: Tx,
    proposal: Pick<Proposal, 'id' | 'replayId'>,
    state: 'rejected' | 'withdrawn',
    by: Activator,
    { note }: NewVerdict,
  ): Promise<void> {
    await updateState(tx, proposal.id, state, this.clock.now());
    if (proposal.replayId !== null)
      await this.replayer().endIn(tx, proposal.replayId, `It ended with its proposal, which was ${state}.`);
    await this.audit.record(tx, {
      actor: by.personId,
      action: `policies.proposal.${state}`,
      subject: proposal.id,
      detail: { note: note ?? null },
    });
  }

  /**
   * Puts a bundle in force: one that was agreed to, or one that was in force before (a step back needs nobody else).
   * @throws Problem as `PoliciesService.activate`; 409 while nobody proposed it, its proposal waits for somebody, or another playbook
   *   came in between.
   */
  async activate(hash: string, by: Activator): Promise<void> {
    await this.database.transaction(async (tx) => {
      await lockProposals(tx);
      const proposed = await selectLatestOf(tx, hash);
      // What was in force before needs nobody's word to be in force again.
      if (!(await wasActivated(tx, hash))) {
        // A bundle that is not there at all is not found, whatever else.
        if ((await selectBundleFiles(tx, hash)) !== null) this.requireReady(proposed);
      }
      await this.policies.activate(tx, hash, by);
      if (proposed !== null && isWaiting(proposed))
        await updateState(tx, proposed.id, 'activated', this.clock.now());
    });
    await this.policies.refresh();
  }

  private requireReady(proposal: Proposal | null): void {
    if (proposal === null)
      throw new Problem(
        409,
        'not-proposed',
        'Nobody proposed this bundle. Propose it on the console’s playbook page, or by POST /v1/policies/proposals with its hash as “bundle”; once others have agreed it can be activated.',
      );
    if (proposal.state === 'rejected' || proposal.state === 'withdrawn')
      throw new Problem(409, 'not-approved', `“${proposal.title}” was ${proposal.state}.`);
    if (proposal.state === 'open') {
      const agreed = proposal.verdicts.filter(({ verdict }) => verdict === 'approve').length;
      throw new Problem(
        409,
        'not-approved',
        `“${proposal.title}” waits for ${proposal.needed - agreed} more ${proposal.needed - agreed === 1 ? 'person' : 'people'} to agree.`,
      );
    }
    const active = this.policies.active().hash;
    const again =
      proposal.origin === 'folder'
        ? 'Bring that into the folder, too: the next start proposes it anew.'
        : `Propose it on what is in force: on its page in the console, or by POST /v1/policies/proposals/${proposal.id}/again.`;
    if (proposal.base !== active)
      throw new Problem(
        409,
        'base-moved',
        `Another playbook, ${active.slice(0, 12)}, came into force since “${proposal.title}” was agreed to; activating it would undo that. ${again}`,
      );
  }
}

/** A playbook beside the one it would take the place of. */
interface Compared {
  readonly base: Bundle;
  readonly bundle: Bundle;
  readonly changes: readonly ItemChange[];
  readonly tests: TestReport;
}

function isWaiting({ state }: Pick<Proposal, 'state'>): boolean {
  return state === 'open' || state === 'approved';
}

function requireWaiting(proposal: Pick<Proposal, 'state'>): void {
  if (!isWaiting(proposal))
    throw new Problem(409, 'proposal-decided', `The proposal is ${proposal.state} already.`);
}

function nothingChanged(): Problem {
  return new Problem(
    422,
    'nothing-changed',
    'Nothing would be otherwise: the playbook in force says the same.',
  );
}

/**
 * The playbook in force with what a proposal changed in its base.
 * @throws Problem 409 with both where an item or a file was changed by the proposal and since; 422 when what would come of it has mistakes.
 */
function onBase(active: Bundle, { base, bundle }: Pick<Compared, 'base' | 'bundle'>, title: string): Bundle {
  const [since, theirs] = [changesBetween(base, active), changesBetween(base, bundle)];
  const both = (
    path: string,
    inForce: readonly ItemChange[],
    proposed: readonly ItemChange[],
  ): FieldError => ({
    path,
    message: `In force since: ${inFull(inForce)} “${title}”: ${inFull(proposed)}`,
  });
  const items = theirs.flatMap((change) => {
    const other = since.find(({ item }) => item === change.item);
    return other === undefined || isSame(change, other) ? [] : [both(change.item, [other], [change])];
  });
  refuse(items);
  const { changes, conflicts } = laidOver({ base: base.files, proposed: bundle.files, active: active.files });
  const within = (path: string, made: Bundle, all: readonly ItemChange[]): readonly ItemChange[] =>
    all.filter(({ item }) => [fileOf(base, item), fileOf(made, item)].includes(path));
  refuse(conflicts.map((path) => both(path, within(path, active, since), within(path, bundle, theirs))));
  const made = compiled(active.files, changes);
  // Lines may find a place that is not theirs: then it would be another change than the one that was proposed.
  refuse(
    changesBetween(active, made)
      .filter((change) => !theirs.some((each) => isSame(each, change)))
      .map((change) => both(change.item, [change], theirs)),
  );
  return made;
}

/** Where an item stands; what is alone in its file is not told apart. */
function fileOf(bundle: Bundle, item: string): string | undefined {
  const [kind = '', ...rest] = item.split('/');
  if (kind === 'tests') return bundle.tests.find(({ spec }) => spec.test === rest.join('/'))?.place.file;
  return bundle.places.get(item)?.file ?? `${kind}.yaml`;
}

function refuse(errors: readonly FieldError[]): void {
  if (errors.length > 0)
    throw new Problem(
      409,
      'base-collides',
      'What came into force since changed the same. Write the change again on the playbook in force.',
      errors,
    );
}

function isSame(one: ItemChange, other: ItemChange): boolean {
  const whatOf = ({ item, change, members }: ItemChange): string =>
    canonicalJson([item, change, members.map(({ member, before, after }) => [member, before, after])]);
  return whatOf(one) === whatOf(other);
}

function inFull(changes: readonly ItemChange[]): string {
  return changes.length === 0 ? 'comments or the order alone.' : changes.map(changeInFull).join(' ');
}

function compiled(
  files: Readonly<Record<string, string>>,
  changes: Readonly<Record<string, string | null>>,
): Bundle {
  const result = compilePlaybook(withChanges(files, changes));
  if (result.ok) return result.bundle;
  const errors = result.errors.map(({ file, line, column, message }) => ({
    path: `${file}:${line}:${column}`,
    message,
  }));
  throw new Problem(422, 'playbook-has-mistakes', 'The playbook that would come of it has mistakes.', errors);
}

function withChanges(
  files: Readonly<Record<string, string>>,
  changes: Readonly<Record<string, string | null>>,
): Record<string, string> {
  const changed = new Map(Object.entries(files));
  for (const [path, text] of Object.entries(changes)) {
    if (text === null) changed.delete(path);
    else changed.set(path, text);
  }
  return Object.fromEntries(changed);
}
