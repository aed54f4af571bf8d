import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { AuditService } from '../audit/index.js';
import { ConfigurationError, type Environment } from '../config/environment.js';
import { Database, type Executor, type Tx } from '../platform/database/index.js';
import { Problem } from '../platform/http/index.js';
import { ENVIRONMENT } from '../platform/runtime.js';
import { Log } from '../platform/telemetry/index.js';
import { Clock } from '../shared/clock.js';
import { errorCode } from '../shared/errors.js';
import { type Bundle, type Finding, type PlaybookError } from './bundle.js';
import {
  type ActivationOrigin,
  insertActivation,
  insertBundle,
  latestActivation,
  lockActivations,
  selectBundleFiles,
  wasActivated,
} from './bundles.repository.js';
import { type Carried, neverCarried } from './carried.js';
import { readCarried } from './carried.read-model.js';
import { compileOnce, countsOf } from './compiler.js';
import { expiries, findingsOf } from './findings.js';
import { folderSignature, readPlaybookFolder } from './playbook.folder.js';
import { PlaybookTester } from './playbook-tester.port.js';
import { TemplateSigner } from './template-signer.port.js';
import { failuresAsErrors, type TestReport } from './test-report.js';

/** Whoever activates a bundle: a named person, since activating signs its templates. */
export interface Activator {
  readonly personId: string;
  readonly name: string;
}

const POLL_MS = 2_000;
const WATCH_MS = 400;
const KEPT_COMPILED = 8;
const SHOWN_PROBLEMS = 20;

/** A playbook in force. */
export interface InForce {
  /** Number of the activation; the same playbook may come into force again. */
  readonly activation: number;
  readonly bundle: Bundle;
}

/** Which playbook is in force, and what is wrong with the one that is not. A broken playbook never takes the place of a working one. */
@Injectable()
export class PoliciesService implements OnModuleDestroy {
  private readonly log = new Log('policies');
  private readonly compiled = new Map<string, Bundle>();
  private readonly listeners: ((bundle: Bundle) => void)[] = [];
  private readonly timers: NodeJS.Timeout[] = [];
  private current: InForce | null = null;
  private problems: readonly PlaybookError[] = [];
  private kept: string | null = null;
  private underWay: Promise<void> = Promise.resolve();
  /** In production an activation is somebody's own act: it signs templates, and nobody signs by saving a file. */
  private readonly followsFolder = process.env['NODE_ENV'] !== 'production';

  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
    private readonly clock: Clock,
    private readonly modules: ModuleRef,
    @Inject(ENVIRONMENT) private readonly environment: Environment,
  ) {}

  /** The playbook in force. @throws Problem 503 when none was ever activated. */
  active(): Bundle {
    return this.inForce().bundle;
  }

  /** The same for who can do without: null when none was ever activated. */
  activeIfAny(): Bundle | null {
    return this.current?.bundle ?? null;
  }

  /** The same, and the activation that brought it. @throws Problem 503, as `active`. */
  inForce(): InForce {
    if (this.current === null) throw new Problem(503, 'no-playbook', 'No playbook is active yet.');
    return this.current;
  }

  /** Any bundle that was ever kept, compiled again. @throws Problem 404 for an unknown hash, 409 when this version cannot compile it. */
  bundle(hash: string): Promise<Bundle> {
    return this.load(this.database.db, hash);
  }

  /** The same for who can do without: null where it is gone, or this version cannot compile it any more. */
  async bundleIfUsable(hash: string): Promise<Bundle | null> {
    try {
      return await this.bundle(hash);
    } catch (error) {
      if (error instanceof Problem) return null;
      throw error;
    }
  }

  /** What is wrong with the folder as it is now; empty when it is the one in force, or could be. */
  lastProblems(): readonly PlaybookError[] {
    return this.problems;
  }

  /** The folder's bundle, where it was never in force and others have to agree to it first; null where there is none such. */
  waitingFolder(): string | null {
    return this.kept;
  }

  /** Called whenever another bundle comes into force in this process. */
  onActivated(listener: (bundle: Bundle) => void): void {
    this.listeners.push(listener);
  }

  /**
   * Takes up what is in force, then the folder when it changed since it was last loaded: activated in the administrator's name at the first
   * start and outside production, kept in production until it was proposed and others have agreed (`waitingFolder`). From then on follows activations made by other processes
   * and, outside production, edits of the folder.
   * @throws ConfigurationError when there is no working playbook at all.
   */
  async loadFolderAtStart(administrator: Activator): Promise<void> {
    await this.refresh();
    // Before it is read: what is saved while it is being taken up is a change like any other.
    const atStart = await folderSignature(this.environment.POLICIES_DIR).catch(() => null);
    await this.loadFolder(administrator);
    if (this.current === null) {
      const [first] = this.problems;
      const more = this.problems.length > 1 ? ` (and ${this.problems.length - 1} more)` : '';
      throw new ConfigurationError(
        `POLICIES_DIR ${this.environment.POLICIES_DIR} should hold a working playbook: ${first === undefined ? 'nothing was found' : inOneLine(first)}${more}`,
      );
    }
    this.every(POLL_MS, () => this.refresh());
    this.log.info(this.followsFolder ? 'playbook.follows_folder' : 'playbook.waits_for_person', {
      note: this.environment.POLICIES_DIR,
    });
    if (this.followsFolder) this.watch(administrator, atStart);
  }

  /** Takes up what other processes activate, for a process that keeps no folder of its own; waits for the first activation. */
  async follow(): Promise<void> {
    await this.refresh();
    this.every(POLL_MS, () => this.refresh());
    if (this.current !== null) return;
    this.log.info('playbook.waits');
    await new Promise<void>((resolve) => {
      this.onActivated(() => {
        resolve();
      });
    });
  }

  /**
   * Activates a kept bundle in the open transaction: signs its templates in this person's name and records it. It comes into force when
   * the transaction has committed and `refresh` or the next poll sees it. Whether it may be is for `ProposalsService.activate` to say.
   * @throws Problem 404 or 409, as `bundle`; 409 with the list when its own tests fail.
   */
  async activate(tx: Tx, hash: string, by: Activator): Promise<void> {
    const bundle = await this.load(tx, hash);
    const { failures } = await this.test(bundle);
    if (failures.length > 0)
      throw new Problem(
        409,
        'playbook-tests-fail',
        `${failures.length} of the playbook’s own tests ${failures.length === 1 ? 'fails' : 'fail'}, so it was not activated.`,
        problemErrors(failuresAsErrors(failures)),
      );
    await this.activateBundle(tx, bundle, by, 'person');
  }

  /** Runs the tests of a bundle. */
  test(bundle: Bundle): Promise<TestReport> {
    // Looked up when it is needed: tests ask for decisions, and those stand downstream.
    return this.modules.get(PlaybookTester, { strict: false }).test(bundle);
  }

  /** The names that signals carried until now. */
  carried(): Promise<Carried> {
    return readCarried(this.database.db);
  }

  /** What is probably not meant in a bundle, or has to be seen to soon: of the rules themselves, of what signals carried, of the time. */
  async findings(bundle: Bundle): Promise<Finding[]> {
    return [
      ...findingsOf(bundle),
      ...neverCarried(bundle, await this.carried()),
      ...expiries(bundle, this.clock.now().toISOString()),
    ];
  }

  /** Takes up the latest activation. When this version cannot compile it, the one before stays. */
  refresh(): Promise<void> {
    return this.inTurn(async () => {
      const latest = await latestActivation(this.database.db);
      if (latest === null || latest.seq === this.current?.activation) return;
      try {
        this.takeUp(latest.seq, await this.bundle(latest.hash));
      } catch (error) {
        if (this.current === null && !(error instanceof Problem)) throw error;
        this.log.error('playbook.round_failed', { bundle: latest.hash, error });
      }
    });
  }

  async onModuleDestroy(): Promise<void> {
    for (const timer of this.timers.splice(0)) clearInterval(timer);
    await this.underWay;
  }

  private takeUp(activation: number, bundle: Bundle): void {
    const changed = this.current?.bundle.hash !== bundle.hash;
    this.current = { activation, bundle };
    if (!changed) return;
    this.log.info('playbook.in_force', { bundle: bundle.hash });
    for (const listener of this.listeners) listener(bundle);
  }

  /** What a kept bundle was made of, whether this version can compile it or not. @throws Problem 404. */
  files(hash: string): Promise<Readonly<Record<string, string>>> {
    return this.filesIn(this.database.db, hash);
  }

  /** The same for who can do without: null where there is none. */
  filesIfKept(hash: string): Promise<Readonly<Record<string, string>> | null> {
    return selectBundleFiles(this.database.db, hash);
  }

  private async filesIn(db: Executor, hash: string): Promise<Readonly<Record<string, string>>> {
    const files = await selectBundleFiles(db, hash);
    if (files === null) throw new Problem(404, 'no-such-bundle', `There is no bundle ${hash}.`);
    return files;
  }

  private async load(db: Executor, hash: string): Promise<Bundle> {
    const known = this.compiled.get(hash);
    if (known !== undefined) return known;
    const result = compileOnce(await this.filesIn(db, hash));
    if (!result.ok) {
      throw new Problem(
        409,
        'bundle-does-not-compile',
        'This version cannot compile the bundle.',
        problemErrors(result.errors),
      );
    }
    this.keep(result.bundle);
    return result.bundle;
  }

  private keep(bundle: Bundle): void {
    this.compiled.set(bundle.hash, bundle);
    const [oldest] = this.compiled.keys();
    if (this.compiled.size > KEPT_COMPILED && oldest !== undefined) this.compiled.delete(oldest);
  }

  private async loadFolder(administrator: Activator): Promise<void> {
    const bundle = await this.compileFolder();
    if (bundle === null || bundle.hash === this.current?.bundle.hash) return;
    await this.inTurn(() =>
      this.database.transaction(async (tx) => {
        await lockActivations(tx);
        const [latest, fromFolder] = [await latestActivation(tx), await latestActivation(tx, 'folder')];
        if (latest?.hash === bundle.hash) return; // Another process was first.
        if (fromFolder?.hash === bundle.hash) {
          this.log.warn('playbook.overruled');
          return;
        }
        await insertBundle(tx, {
          hash: bundle.hash,
          files: bundle.files,
          counts: countsOf(bundle),
          at: this.clock.now(),
        });
        if (latest !== null && !this.followsFolder) {
          // One step back is one person's to make, and nobody's to make by leaving an old folder in its place.
          if (await wasActivated(tx, bundle.hash)) {
            this.log.warn('playbook.overruled');
            return;
          }
          this.kept = bundle.hash;
          this.log.warn('playbook.kept_waiting', { bundle: bundle.hash });
          return;
        }
        await this.activateBundle(tx, bundle, administrator, 'folder');
        this.log.info('playbook.activated', { bundle: bundle.hash, person: administrator.personId });
      }),
    );
    await this.refresh();
  }

  private async compileFolder(): Promise<Bundle | null> {
    const folder = this.environment.POLICIES_DIR;
    let files: Record<string, string>;
    try {
      files = await readPlaybookFolder(folder);
    } catch (error) {
      this.problems = [
        { file: '', line: 1, column: 1, message: `the folder cannot be read (${errorCode(error)})` },
      ];
      this.log.error('playbook.unreadable', { note: folder, error });
      return null;
    }
    // At most starts it is the one in force, which was compiled a moment ago.
    const result = compileOnce(files);
    this.problems = result.ok ? failuresAsErrors((await this.test(result.bundle)).failures) : result.errors;
    if (result.ok && this.problems.length === 0) {
      this.keep(result.bundle);
      return result.bundle;
    }
    this.log.error('playbook.broken', { mistakes: this.problems.length });
    for (const problem of this.problems.slice(0, SHOWN_PROBLEMS))
      this.log.error('playbook.mistake', { note: inOneLine(problem) });
    return null;
  }

  private async activateBundle(
    tx: Tx,
    bundle: Bundle,
    by: Activator,
    origin: ActivationOrigin,
  ): Promise<void> {
    const previous = await latestActivation(tx);
    await insertActivation(tx, { hash: bundle.hash, at: this.clock.now(), by: by.personId, origin });
    // Looked up when it is needed: its provider stands downstream and may itself need this service.
    await this.modules.get(TemplateSigner, { strict: false }).sign(tx, bundle, by);
    await this.audit.record(tx, {
      actor: by.personId,
      action: 'policies.activated',
      subject: bundle.hash,
      detail: { previous: previous?.hash ?? null, origin },
    });
  }

  /** Loads the folder again once it has changed and then rested for one look: a save in several steps is one change. */
  private watch(administrator: Activator, atStart: string | null): void {
    let loaded = atStart;
    let seen = atStart;
    this.every(WATCH_MS, async () => {
      const signature = await folderSignature(this.environment.POLICIES_DIR);
      if (signature !== loaded && signature === seen) {
        loaded = signature;
        await this.loadFolder(administrator);
      }
      seen = signature;
    });
  }

  private every(ms: number, task: () => Promise<void>): void {
    let busy = false;
    const round = async (): Promise<void> => {
      if (busy) return;
      busy = true;
      try {
        await task();
      } catch (error) {
        this.log.warn('playbook.round_failed', { error });
      } finally {
        busy = false;
      }
    };
    this.timers.push(setInterval(() => void round(), ms).unref());
  }

  /** One after the other, so that an older activation is never taken up after a newer one. */
  private inTurn(task: () => Promise<void>): Promise<void> {
    const turn = this.underWay.then(task);
    this.underWay = turn.catch(() => undefined);
    return turn;
  }
}

function problemErrors(errors: readonly PlaybookError[]): { path: string; message: string }[] {
  return errors.map(({ file, line, column, message }) => ({ path: `${file}:${line}:${column}`, message }));
}

function inOneLine({ file, line, column, message }: PlaybookError): string {
  return file === '' ? message : `${file}:${line}:${column} ${message}`;
}
