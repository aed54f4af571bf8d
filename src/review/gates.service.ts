import { Injectable } from '@nestjs/common';
import { AuditService } from '../audit/index.js';
import { type PersonActor } from '../access/index.js';
import { type MessageContent } from '../messages/content.js';
import { type Executor, type Tx } from '../platform/database/index.js';
import { WorkService } from '../platform/work/index.js';
import { type Bundle } from '../policies/bundle.js';
import { PoliciesService } from '../policies/index.js';
import { type Situation } from '../decisions/situation.js';
import { WritersService } from '../drafting/index.js';
import { languageOf } from '../drafting/locale.js';
import { type Assessment } from '../risk/assessment.js';
import { RiskService } from '../risk/index.js';
import { canonicalJson } from '../shared/canonical-json.js';
import { Clock } from '../shared/clock.js';
import { Ids } from '../shared/ids.js';
import { fingerprintOf, type Gate, parseSubject, subjectKey, wordsHash } from './gate.js';
import {
  closeGate,
  type DraftVerdict,
  insertGate,
  insertRoutedDraft,
  lockOpenGate,
  selectOpenSubjects,
  type RoutedRow,
  selectRoutedDraft,
  updateVerdict,
} from './gates.repository.js';

const SYSTEM = 'system';
const CHANGED =
  'What writes or checks these drafts was changed: the prompt, model, copy, facts, brand, weights, how past messages are chosen, or the code that writes or checks, as an upgrade may do.';

/** Gates: which of a model's drafts go without a person, and what keeps the certificates behind them honest. */
@Injectable()
export class GatesService {
  constructor(
    private readonly clock: Clock,
    private readonly ids: Ids,
    private readonly work: WorkService,
    private readonly audit: AuditService,
    private readonly policies: PoliciesService,
    private readonly writers: WritersService,
    private readonly risk: RiskService,
  ) {}

  /** What writes and checks this content now. */
  async fingerprint(db: Executor, bundle: Bundle, content: MessageContent): Promise<string> {
    const writer = this.writers.of(content.versions.prompt?.id ?? null);
    return fingerprintOf(bundle, content, writer, await this.risk.judge(db));
  }

  /** The open gate that a model's draft was certified for; null without one. A gate that was certified for other makers is closed. */
  async gateFor(tx: Tx, content: MessageContent, fingerprint: string): Promise<Gate | null> {
    await this.closeForWholeAction(tx, content.action);
    const subject = subjectKey(content);
    const gate = await lockOpenGate(tx, subject);
    if (gate === null) return null;
    if (gate.fingerprint === fingerprint) return gate;
    // A late draft of an earlier playbook is no news.
    if (content.versions.bundle === this.policies.active().hash)
      await this.close(tx, subject, { by: SYSTEM, code: 'gate.changed', text: CHANGED });
    return null;
  }

  /** A gate that an earlier release opened for an action over every channel rests on no certificate of today. */
  async closeForWholeAction(tx: Tx, action: string): Promise<void> {
    await this.close(tx, action, { by: SYSTEM, code: 'gate.changed', text: CHANGED });
  }

  /** Keeps how a model's draft was routed. */
  async routed(
    tx: Tx,
    draft: {
      readonly messageId: string;
      readonly content: MessageContent;
      /** Of whom it is for. */
      readonly about: Pick<Situation['profile'], 'locale' | 'stage'>;
      readonly fingerprint: string;
      readonly assessment: Pick<Assessment, 'score' | 'signs'>;
      readonly gate: Gate | null;
      readonly candidate: boolean;
      readonly picked: boolean;
    },
  ): Promise<void> {
    const { gate, assessment } = draft;
    const below = gate !== null && assessment.score < gate.threshold;
    await insertRoutedDraft(
      tx,
      {
        messageId: draft.messageId,
        subject: subjectKey(draft.content),
        fingerprint: draft.fingerprint,
        score: assessment.score,
        share: below && draft.candidate ? gate.auditShare : 1,
        picked: draft.picked,
        candidate: draft.candidate,
        signs: canonicalJson(assessment.signs),
        wordsHash: wordsHash(draft.content),
        channel: draft.content.channel,
        locale: languageOf(draft.about.locale ?? ''),
        stage: draft.about.stage,
        variant: draft.content.versions.prompt?.variant ?? null,
      },
      this.clock.now(),
    );
  }

  /** Which of several wordings was drawn when a message was routed; null where there was one, or none was routed yet. */
  async drawn(db: Executor, messageId: string): Promise<string | null> {
    return (await selectRoutedDraft(db, messageId))?.variant ?? null;
  }

  /**
   * Keeps a person's first verdict on a draft that a model wrote.
   * @param verdict content as it is approved, where it is.
   * @param alsoFine labels of other wordings that the person would have signed as well.
   */
  async judged(
    tx: Tx,
    messageId: string,
    verdict: 'rejected' | 'handed_off' | MessageContent,
    alsoFine: readonly string[] = [],
  ): Promise<void> {
    const draft = await selectRoutedDraft(tx, messageId);
    if (draft === null || draft.judged) return;
    await updateVerdict(tx, messageId, meaningOf(verdict, draft, alsoFine), this.clock.now());
    await this.lookAgain(tx, draft.subject);
  }

  /** A person was to look at a draft and its item ended without a verdict: looks that waited for it go on. */
  async unanswered(tx: Tx, messageId: string): Promise<void> {
    const draft = await selectRoutedDraft(tx, messageId);
    if (draft !== null && !draft.judged) await this.lookAgain(tx, draft.subject);
  }

  private async lookAgain(tx: Tx, subject: string): Promise<void> {
    await this.work.enqueue(tx, { kind: 'draft.judged', key: subject, dueAt: this.clock.now() });
  }

  /** The open gate of a subject, held against closing until the transaction ends. */
  open(tx: Tx, subject: string): Promise<Gate | null> {
    return lockOpenGate(tx, subject);
  }

  /** Opens a gate in a person's name. @returns false when one is open already. */
  async begin(
    tx: Tx,
    person: PersonActor,
    certified: Omit<Gate, 'id' | 'openedBy' | 'openedAt'>,
  ): Promise<boolean> {
    const gate = { ...certified, id: this.ids.make('gat') };
    const isNew = await insertGate(tx, { ...gate, openedBy: person.personId, openedAt: this.clock.now() });
    if (isNew)
      await this.audit.record(tx, {
        actor: person.personId,
        action: 'gate.opened',
        subject: gate.id,
        detail: { ...gate, ...parseSubject(gate.subject) },
      });
    return isNew;
  }

  /** Closes every gate, since what checks all drafts changes. @returns how many were open. */
  async closeAll(tx: Tx, why: Parameters<GatesService['close']>[2]): Promise<number> {
    const open = await selectOpenSubjects(tx);
    for (const subject of open) await this.close(tx, subject, why);
    return open.length;
  }

  /** Closes a subject's gate. Messages approved under it that have not left come back to a person. */
  async close(
    tx: Tx,
    subject: string,
    why: { readonly by: string; readonly code: string; readonly text: string },
  ): Promise<boolean> {
    const id = await closeGate(tx, subject, { ...why, at: this.clock.now() });
    if (id === null) return false;
    await this.audit.record(tx, {
      actor: why.by,
      action: 'gate.closed',
      subject: id,
      detail: { ...(parseSubject(subject) ?? { action: subject }), code: why.code, text: why.text },
    });
    return true;
  }
}

/**
 * What a verdict says of the draft that was routed. Where somebody signed another wording without a word on this one, it counts as changed:
 * what nobody vouched for certifies nothing.
 */
function meaningOf(
  verdict: 'rejected' | 'handed_off' | MessageContent,
  routed: RoutedRow,
  alsoFine: readonly string[],
): { readonly verdict: DraftVerdict; readonly passedOver: boolean } {
  if (typeof verdict === 'string') return { verdict, passedOver: false };
  if (routed.variant !== null && verdict.versions.prompt?.variant !== routed.variant)
    return alsoFine.includes(routed.variant)
      ? { verdict: 'right', passedOver: false }
      : { verdict: 'changed', passedOver: true };
  return { verdict: wordsHash(verdict) === routed.words_hash ? 'right' : 'changed', passedOver: false };
}
