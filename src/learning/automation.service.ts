import { Injectable } from '@nestjs/common';
import { type Actor, signer } from '../access/index.js';
import { AuditService } from '../audit/index.js';
import { Database, type Tx } from '../platform/database/index.js';
import { Problem } from '../platform/http/index.js';
import { DONE, type WorkHandler } from '../platform/work/index.js';
import { Log } from '../platform/telemetry/index.js';
import { type Bundle } from '../policies/bundle.js';
import { PoliciesService } from '../policies/index.js';
import { type Action } from '../policies/playbook.js';
import { type Gate } from '../review/gate.js';
import { GatesService } from '../review/index.js';
import { canonicalJson } from '../shared/canonical-json.js';
import { Clock } from '../shared/clock.js';
import { type AuditItem, brokenPromise, drift, look, type Look, planLooks } from './certify.js';
import {
  type ClosedGate,
  type MadeLook,
  readAuditItems,
  readFingerprint,
  readLastClosed,
  readLooks,
  readScores,
  readSinceOpening,
} from './learning.read-model.js';
import { insertLook } from './learning.repository.js';

type Terms = NonNullable<Action['draft']['automatic']>;

/** Misses this unlikely under the promise close a gate. */
const SURPRISING = 0.01;
/** The population stability index from which drafts are taken for others than those that were certified. */
const DRIFTED = 0.25;
/** Drafts since the opening before a drift is looked for. */
const ENOUGH_TO_COMPARE = 100;

/** Where one action stands on its way to going without a person. */
export interface Automation {
  readonly action: string;
  readonly title: string;
  /** Null: the playbook does not want it. */
  readonly terms: Terms | null;
  readonly plan: readonly Look[];
  readonly looks: readonly MadeLook[];
  /** Verdicts so far on drafts that could have gone. */
  readonly audits: number;
  readonly misses: number;
  readonly gate: (Gate & { readonly since: { readonly audits: number; readonly misses: number } }) | null;
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

  /** Keyed by the action: a verdict was given on one of its drafts. */
  readonly draftJudged: WorkHandler = {
    kind: 'draft.judged',
    // One at a time, so that a look is made on what there was when it fell due.
    atOnce: 1,
    commit: async (tx, job) => {
      await this.lookAt(tx, this.policies.active(), job.key);
      return DONE;
    },
  };

  private async lookAt(tx: Tx, bundle: Bundle, action: string): Promise<void> {
    const terms = bundle.actions.get(action)?.spec.draft.automatic;
    if (terms === undefined) {
      await this.shut(
        tx,
        action,
        'gate.withdrawn',
        'The playbook no longer lets drafts of this action go without a person.',
      );
      return;
    }
    const fingerprint = await readFingerprint(tx, action);
    if (fingerprint === null) return;
    await this.makeLooks(tx, bundle, action, fingerprint, terms);
    await this.watch(tx, action);
  }

  private async makeLooks(
    tx: Tx,
    bundle: Bundle,
    action: string,
    fingerprint: string,
    terms: Terms,
  ): Promise<void> {
    const made = new Set((await readLooks(tx, action, fingerprint)).map((each) => each.look));
    const open = planLooks(terms).filter((each) => !made.has(each.number));
    if (open.length === 0) return;
    const items = await readAuditItems(tx, action, fingerprint);
    const ceiling = bundle.engine.riskThreshold;
    for (const plan of open) {
      const due = upTo(items, plan.audits, ceiling);
      if (due === null) return;
      const { threshold, ...result } = look(due, plan, terms, ceiling);
      const detail = { ...result, threshold, wrong: terms.wrong, confidence: terms.confidence };
      const row = { action, fingerprint, look: plan.number, threshold, result: canonicalJson(detail) };
      if (!(await insertLook(tx, row, this.clock.now()))) return;
      await this.audit.record(tx, {
        actor: 'system',
        action: 'gate.looked',
        subject: action,
        detail: { ...detail, fingerprint },
      });
    }
  }

  /** Closes an open gate when audits since its opening, or the drafts themselves, say that the certificate is about something else. */
  private async watch(tx: Tx, action: string): Promise<void> {
    const gate = await this.gates.open(tx, action);
    if (gate === null) return;
    const { audits, misses } = await readSinceOpening(tx, gate);
    if (brokenPromise(audits, misses, gate.wrong) < SURPRISING) {
      await this.shut(
        tx,
        action,
        'gate.misses',
        `${misses} of ${audits} audited drafts were rejected or changed; ${percent(gate.wrong)} were tolerated.`,
      );
      return;
    }
    const { before, now } = await readScores(tx, gate, ENOUGH_TO_COMPARE * 3);
    if (now.length < ENOUGH_TO_COMPARE) return;
    const moved = drift(before, now);
    if (moved > DRIFTED)
      await this.shut(
        tx,
        action,
        'gate.drift',
        `Drafts are others than those it was certified on (stability index ${moved.toFixed(2)}, above ${DRIFTED}).`,
      );
  }

  private async shut(tx: Tx, action: string, code: string, text: string): Promise<void> {
    if (await this.gates.close(tx, action, { by: 'system', code, text }))
      this.log.warn('gate.closed', { action, reason: code });
  }

  /** Every action whose drafts a model writes, with where it stands. */
  async overview(): Promise<Automation[]> {
    const bundle = this.policies.active();
    const drafted = [...bundle.actions.values()].filter(({ spec }) => spec.draft.mode === 'model');
    const found: Automation[] = [];
    for (const { spec } of drafted) found.push(await this.of(bundle, spec));
    return found;
  }

  private of(bundle: Bundle, spec: Action): Promise<Automation> {
    return this.database.transaction(async (tx) => {
      const terms = spec.draft.automatic ?? null;
      const fingerprint = await readFingerprint(tx, spec.id);
      const items = fingerprint === null ? [] : await readAuditItems(tx, spec.id, fingerprint);
      const judged = items.filter(
        ({ wrong, score }) => wrong !== null && score < bundle.engine.riskThreshold,
      );
      const gate = await this.gates.open(tx, spec.id);
      return {
        action: spec.id,
        title: spec.title,
        terms,
        plan: terms === null ? [] : planLooks(terms),
        looks: fingerprint === null ? [] : await readLooks(tx, spec.id, fingerprint),
        audits: judged.length,
        misses: judged.filter(({ wrong }) => wrong).length,
        gate: gate === null ? null : { ...gate, since: await readSinceOpening(tx, gate) },
        closed: await readLastClosed(tx, spec.id),
      };
    });
  }

  /**
   * Opens an action's gate in a person's name, on the ground of the last look that showed something.
   * @throws Problem 403 where this is nobody's signature, 409 when nothing was shown or it is open.
   */
  async open(actor: Actor, action: string): Promise<void> {
    const person = signer(actor);
    const terms = this.policies.active().actions.get(action)?.spec.draft.automatic;
    await this.database.transaction(async (tx) => {
      const fingerprint = await readFingerprint(tx, action);
      const looks = fingerprint === null ? [] : await readLooks(tx, action, fingerprint);
      const shown = looks.findLast((each) => each.threshold !== null);
      if (terms === undefined || fingerprint === null || shown?.threshold == null)
        throw new Problem(
          409,
          'not-certified',
          `No look has shown that drafts of ${action} may go by themselves.`,
        );
      const certified = {
        action,
        fingerprint,
        look: shown.look,
        threshold: shown.threshold,
        auditShare: terms.auditShare,
        wrong: terms.wrong,
      };
      if (!(await this.gates.begin(tx, person, certified)))
        throw new Problem(409, 'gate-open', `The gate of ${action} is open already.`);
    });
  }

  /** Closes an action's gate in a person's name. @throws Problem 403, 409 when it is not open. */
  async close(actor: Actor, action: string): Promise<void> {
    const person = signer(actor);
    const closed = await this.database.transaction((tx) =>
      this.gates.close(tx, action, {
        by: person.personId,
        code: 'gate.person',
        text: `${person.name} closed it.`,
      }),
    );
    if (!closed) throw new Problem(409, 'gate-closed', `The gate of ${action} is not open.`);
  }
}

/** The items there were when the look fell due; null while too few were judged. */
function upTo(items: readonly AuditItem[], audits: number, ceiling: number): AuditItem[] | null {
  let judged = 0;
  for (const [i, item] of items.entries()) {
    if (item.wrong !== null && item.score < ceiling) judged++;
    if (judged === audits) return items.slice(0, i + 1);
  }
  return null;
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(2))} %`;
}
