import { Injectable } from '@nestjs/common';
import { type Actor, signer } from '../access/index.js';
import { AuditService } from '../audit/index.js';
import { Database, type Tx } from '../platform/database/index.js';
import { Problem } from '../platform/http/index.js';
import { DONE, type WorkHandler } from '../platform/work/index.js';
import { Log } from '../platform/telemetry/index.js';
import { type Bundle } from '../policies/bundle.js';
import { PoliciesService } from '../policies/index.js';
import { type Action, type Channel, promptFor } from '../policies/playbook.js';
import { type Gate, type GateSubject, parseSubject, subjectKey } from '../review/gate.js';
import { GatesService } from '../review/index.js';
import { canonicalJson } from '../shared/canonical-json.js';
import { Clock } from '../shared/clock.js';
import { type AuditItem, brokenPromise, nextStep, planLooks, type Step, thresholdsUpTo } from './certify.js';
import { DRIFTED, driftOf } from './drift.js';
import {
  type ClosedGate,
  type MadeLook,
  type Makers,
  readAuditItems,
  readDrifting,
  readFingerprint,
  readLastClosed,
  readLooks,
  readRefuted,
  readSinceOpening,
  type SinceOpening,
} from './learning.read-model.js';
import { insertLook } from './learning.repository.js';

type Terms = NonNullable<Action['draft']['automatic']>;

/** Misses this unlikely under the promise close a gate. */
const SURPRISING = 0.01;
/** So many of the latest drafts are compared with those before the opening. */
const COMPARED = 300;

/** Where one action stands, over one kind of channel, on its way to going without a person. */
export interface Automation extends GateSubject {
  readonly title: string;
  /** Null: the playbook does not want it. */
  readonly terms: Terms | null;
  readonly looks: readonly MadeLook[];
  /** What comes next; null where the playbook does not want it. */
  readonly next: Step | null;
  /** Picked drafts that could have gone, whose look is over. */
  readonly audits: number;
  /** Of those, what counts against the drafts; and of that, what nobody answered. */
  readonly misses: number;
  readonly unanswered: number;
  /** The highest threshold that was shown. */
  readonly certified: number | null;
  readonly gate: (Gate & { readonly since: SinceOpening }) | null;
  readonly closed: ClosedGate | null;
}

/** Certifies gates on verdicts, at looks fixed in advance, and closes them when what was promised no longer holds. */
@Injectable()
export class AutomationService {
  private readonly log = new Log('learning');

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly policies: PoliciesService,
    private readonly gates: GatesService,
    private readonly audit: AuditService,
  ) {}

  /** Keyed by what a gate is for: a verdict was given on one of its drafts, or will not be any more. */
  readonly draftJudged: WorkHandler = {
    kind: 'draft.judged',
    // One at a time, so that looks are made one after the other.
    atOnce: 1,
    commit: async (tx, job) => {
      const subject = parseSubject(job.key);
      if (subject === null) await this.gates.closeForWholeAction(tx, job.key);
      else await this.lookAt(tx, this.policies.active(), subject);
      return DONE;
    },
  };

  private async lookAt(tx: Tx, bundle: Bundle, subject: GateSubject): Promise<void> {
    const key = subjectKey(subject);
    const terms = termsOf(bundle, subject);
    if (terms === null) {
      await this.shut(
        tx,
        key,
        'gate.withdrawn',
        'The playbook no longer lets drafts of this action go without a person.',
      );
      return;
    }
    const makers = await makersOf(tx, key);
    if (makers === null) return;
    await this.makeLooks(tx, bundle, makers, terms);
    await this.watch(tx, key);
  }

  private async makeLooks(tx: Tx, bundle: Bundle, makers: Makers, terms: Terms): Promise<void> {
    const { subject, fingerprint } = makers;
    const items = await readAuditItems(tx, makers);
    for (;;) {
      const made = await readLooks(tx, makers);
      const step = stepOf(bundle, terms, items, made);
      if (step.kind !== 'due') return;
      const { result } = step;
      const detail = { ...result, wrong: terms.wrong, confidence: terms.confidence };
      const row = {
        subject,
        fingerprint,
        threshold: result.shown ? result.below : null,
        result: canonicalJson(detail),
      };
      if (!(await insertLook(tx, row, this.clock.now()))) return;
      await this.audit.record(tx, {
        actor: 'system',
        action: 'gate.looked',
        subject,
        detail: { ...detail, fingerprint },
      });
    }
  }

  /** Closes an open gate when audits since its opening, or the drafts themselves, say that the certificate is about something else. */
  private async watch(tx: Tx, subject: string): Promise<void> {
    const gate = await this.gates.open(tx, subject);
    if (gate === null) return;
    const since = await readSinceOpening(tx, gate);
    if (brokenPromise(since.audits, since.misses, gate.wrong) < SURPRISING) {
      await this.shut(tx, subject, 'gate.misses', missesText(since, gate.wrong));
      return;
    }
    const { before, now } = await readDrifting(tx, gate, COMPARED);
    const moved = driftOf(before, now);
    if (moved !== null)
      await this.shut(
        tx,
        subject,
        'gate.drift',
        `Drafts are others than those it was certified on: the ${moved.what} moved (stability index ${moved.index.toFixed(2)}, above ${DRIFTED}).`,
      );
  }

  private async shut(tx: Tx, subject: string, code: string, text: string): Promise<void> {
    if (await this.gates.close(tx, subject, { by: 'system', code, text }))
      this.log.warn('gate.closed', { action: subject, reason: code });
  }

  /** Every action whose drafts a model writes, by the kinds of channel it writes for, with where it stands. */
  async overview(): Promise<Automation[]> {
    const bundle = this.policies.active();
    const found: Automation[] = [];
    for (const { spec } of bundle.actions.values())
      for (const kind of writtenKinds(bundle, spec)) found.push(await this.of(bundle, spec, kind));
    return found;
  }

  private of(bundle: Bundle, spec: Action, kind: Channel['kind']): Promise<Automation> {
    return this.database.transaction(async (tx) => {
      const subject = { action: spec.id, kind };
      const key = subjectKey(subject);
      const terms = termsOf(bundle, subject);
      const makers = await makersOf(tx, key);
      const items = makers === null ? [] : await readAuditItems(tx, makers);
      const looks = makers === null ? [] : await readLooks(tx, makers);
      const over = items.filter(
        ({ fate, score }) => fate !== 'unpicked' && fate !== 'open' && score < bundle.engine.riskThreshold,
      );
      const gate = await this.gates.open(tx, key);
      return {
        ...subject,
        title: spec.title,
        terms,
        looks,
        next: terms === null ? null : stepOf(bundle, terms, items, looks),
        audits: over.length,
        misses: over.filter(({ fate }) => fate !== 'right').length,
        unanswered: over.filter(({ fate }) => fate === 'unanswered').length,
        certified: looks.findLast(({ shown }) => shown)?.below ?? null,
        gate: gate === null ? null : { ...gate, since: await readSinceOpening(tx, gate) },
        closed: await readLastClosed(tx, key),
      };
    });
  }

  /**
   * Opens a gate in a person's name, on the ground of the last look that showed something. One that is open below a lower threshold is
   * raised: closed, and opened anew.
   * @throws Problem 403 where this is nobody's signature, 409 when nothing was shown or it is open.
   */
  async open(actor: Actor, subject: GateSubject): Promise<void> {
    const person = signer(actor);
    const terms = termsOf(this.policies.active(), subject);
    const key = subjectKey(subject);
    await this.database.transaction(async (tx) => {
      const makers = await makersOf(tx, key);
      const looks = makers === null ? [] : await readLooks(tx, makers);
      const shown = looks.findLast((each) => each.shown);
      if (terms === null || makers === null || shown === undefined)
        throw new Problem(
          409,
          'not-certified',
          `No look has shown that drafts of ${key} may go by themselves.`,
        );
      const before = await this.gates.open(tx, key);
      if (before !== null && before.fingerprint === makers.fingerprint && before.threshold < shown.below)
        await this.gates.close(tx, key, {
          by: person.personId,
          code: 'gate.raised',
          text: `${person.name} opened it below a higher risk.`,
        });
      const certified = {
        subject: key,
        fingerprint: makers.fingerprint,
        look: shown.number,
        threshold: shown.below,
        auditShare: terms.auditShare,
        wrong: terms.wrong,
      };
      if (!(await this.gates.begin(tx, person, certified)))
        throw new Problem(409, 'gate-open', `The gate of ${key} is open already.`);
    });
  }

  /** Closes a gate in a person's name. @throws Problem 403, 409 when it is not open. */
  async close(actor: Actor, subject: GateSubject): Promise<void> {
    const person = signer(actor);
    const key = subjectKey(subject);
    const closed = await this.database.transaction((tx) =>
      this.gates.close(tx, key, {
        by: person.personId,
        code: 'gate.person',
        text: `${person.name} closed it.`,
      }),
    );
    if (!closed) throw new Problem(409, 'gate-closed', `The gate of ${key} is not open.`);
  }
}

/** What writes and checks a subject's drafts now; null while no model wrote any. Once that was refuted, counting starts anew. */
async function makersOf(tx: Tx, subject: string): Promise<Makers | null> {
  const fingerprint = await readFingerprint(tx, subject);
  if (fingerprint === null) return null;
  return { subject, fingerprint, since: await readRefuted(tx, subject, fingerprint) };
}

/** On what terms drafts for this subject may go without a person; null where the playbook lets none go, or none be written. */
function termsOf(bundle: Bundle, { action, kind }: GateSubject): Terms | null {
  const spec = bundle.actions.get(action)?.spec;
  if (spec === undefined || !writtenKinds(bundle, spec).includes(kind)) return null;
  return spec.draft.automatic ?? null;
}

/** The kinds of channel that a model writes an action's drafts for. */
function writtenKinds(bundle: Bundle, spec: Action): Channel['kind'][] {
  if (spec.draft.mode !== 'model') return [];
  const kinds = spec.channels.map((id) => bundle.channels.get(id)?.kind);
  return [...new Set(kinds)].filter(
    (kind) => kind !== undefined && promptFor(spec, kind) !== undefined,
  ) as Channel['kind'][];
}

function stepOf(bundle: Bundle, terms: Terms, items: readonly AuditItem[], made: readonly MadeLook[]): Step {
  const thresholds = thresholdsUpTo(bundle.engine.riskThreshold, terms.thresholds);
  return nextStep(items, made, planLooks(terms), thresholds, terms);
}

function missesText({ audits, misses, unanswered }: SinceOpening, tolerated: number): string {
  const left = unanswered === 0 ? '' : ` (${unanswered} of them: nobody answered in time)`;
  return `Of ${audits} drafts picked for a look ${misses} were rejected or changed${left}; ${percent(tolerated)} were tolerated.`;
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(2))} %`;
}
