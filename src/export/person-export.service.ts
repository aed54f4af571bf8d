import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { AuditService } from '../audit/index.js';
import { Database } from '../platform/database/index.js';
import { ErasedError, Vault } from '../platform/vault/index.js';
import { ProfilesService, ProfileViews } from '../profiles/index.js';
import { type Json } from '../shared/canonical-json.js';
import { Clock } from '../shared/clock.js';
import { withoutNames } from './colleagues.js';
import {
  EXPORT_FORMAT,
  type ExportedAudit,
  type ExportedConsent,
  type ExportedDecision,
  type ExportedFiring,
  type ExportedMessage,
  type ExportedSignal,
  type ExportedTask,
  type PersonExport,
  whoIs,
} from './person-export.js';
import {
  type After,
  type AssessmentRow,
  type AuditRow,
  type DecisionRow,
  type DraftRow,
  type MessageRow,
  type ReviewRow,
  selectAssessments,
  selectAudit,
  selectColleagues,
  selectConsents,
  selectDecisions,
  selectDrafts,
  selectFirings,
  selectHits,
  selectIdentities,
  selectLinks,
  selectMessages,
  selectOutcomes,
  selectReviews,
  selectSignals,
  selectSteps,
  selectTasks,
  selectTemplates,
  selectTimers,
  selectVerdicts,
  type TaskRow,
  type VerdictRow,
} from './person-records.read-model.js';

/** Rows read at once. A decision comes with its situation, a message with its drafts: fewer of those. */
const PAGE = 200;
const LARGE_PAGE = 20;

const approvedAt = z.looseObject({ payload: z.looseObject({ at: z.string() }) });

/** Whose everything is to be handed out. */
export interface Subject {
  readonly userId: string;
  readonly profileId: string;
}

/** Everything about one person while it is read. */
interface Reading extends Subject {
  readonly family: readonly string[];
  /** Names that are not this person's to know. */
  readonly colleagues: readonly string[];
}

/** Hands out everything stored about one person (Art. 15 and 20 GDPR), piece by piece, so that memory stays flat however much that is. */
@Injectable()
export class PersonExportService {
  constructor(
    private readonly database: Database,
    private readonly vault: Vault,
    private readonly profiles: ProfilesService,
    private readonly views: ProfileViews,
    private readonly audit: AuditService,
    private readonly clock: Clock,
  ) {}

  /** Looks for the person and writes down who asked for their data. @returns null when nobody is known by this userId. */
  ask(userId: string, by: string): Promise<Subject | null> {
    return this.database.transaction(async (tx) => {
      const profileId = await this.profiles.findByUserId(tx, userId);
      if (profileId === null) return null;
      await this.audit.record(tx, { actor: by, action: 'profile.exported', subject: profileId });
      return { userId, profileId };
    });
  }

  /**
   * The export as JSON text in pieces. Each page is read as it is then, with no transaction around them: a slow reader keeps nobody waiting.
   * @throws ErasedError, or Error, when the person is erased or merged into another while it is read: what was handed out is no JSON then.
   */
  async *read(subject: Subject): AsyncGenerator<string> {
    const { db } = this.database;
    const reading = {
      ...subject,
      family: await this.profiles.profileIdsOf(db, subject.profileId),
      colleagues: await selectColleagues(db),
    };
    const { traitTimes, context, withheld, profile } = await this.profiles.loadState(db, subject.profileId);
    const identities = await selectIdentities(db, reading.family);
    const head = {
      format: EXPORT_FORMAT,
      exportedAt: this.clock.now().toISOString(),
      userId: subject.userId,
      profile: toJson(await this.views.answer(db, subject.profileId)),
      derivedFrom: toJson({ traitTimes, context, withheld, events: profile.events }),
      identities: identities.map((row) => ({ kind: row.kind, firstSeenAt: iso(row.first_seen_at) })),
    };
    yield JSON.stringify(head).slice(0, -1);
    yield* list('consentHistory', this.consents(reading));
    yield* list('signals', this.signals(identities.map(({ hash }) => hash)));
    yield* list('firings', this.firings(reading));
    yield* list('timers', this.timers(reading));
    yield* list('hits', this.hits(reading));
    yield* list('decisions', this.decisions(reading));
    yield* list('messages', this.messages(reading));
    yield* list('templates', this.templates(reading));
    yield* list('tasks', this.tasks(reading));
    yield* list('audit', this.auditEntries(reading));
    if ((await this.profiles.findByUserId(db, subject.userId)) !== subject.profileId)
      throw new ErasedError('the person was erased or merged while their data was read');
    yield '}\n';
  }

  private async *consents({ family }: Reading): AsyncGenerator<ExportedConsent> {
    const rows = paged(
      PAGE,
      (after, limit) => selectConsents(this.database.db, family, after, limit),
      (row) => ({ at: row.recorded_at, id: row.id }),
    );
    for await (const { channel, topic, state, source, at, recorded_at } of rows)
      yield { channel, topic, state, source, at: iso(at), recordedAt: iso(recorded_at) };
  }

  /** Identity by identity: each has an index of its own. */
  private async *signals(hashes: readonly string[]): AsyncGenerator<ExportedSignal> {
    for (const hash of hashes) {
      const rows = paged(
        PAGE,
        (after, limit) => selectSignals(this.database.db, hash, after, limit),
        (row) => ({ at: row.received_at, id: row.id }),
      );
      for await (const row of rows)
        yield {
          id: row.id,
          receivedAt: iso(row.received_at),
          record: await this.opened(row.key_id, row.body),
        };
    }
  }

  private async *firings({ family }: Reading): AsyncGenerator<ExportedFiring> {
    const rows = paged(
      PAGE,
      (after, limit) => selectFirings(this.database.db, family, after, limit),
      (row) => ({ at: row.fired_at, id: row.id }),
    );
    for await (const row of rows)
      yield {
        trigger: row.trigger_id,
        at: iso(row.fired_at),
        occasion: row.occasion,
        evidence: parsed(row.evidence),
        capped: row.capped,
      };
  }

  private async *timers({ family }: Reading): AsyncGenerator<PersonExport['timers'][number]> {
    for (const row of await selectTimers(this.database.db, family))
      yield {
        trigger: row.trigger_id,
        occasion: row.occasion,
        since: iso(row.since),
        dueAt: iso(row.due_at),
      };
  }

  private async *hits({ family }: Reading): AsyncGenerator<PersonExport['hits'][number]> {
    for (const row of await selectHits(this.database.db, family))
      yield { trigger: row.trigger_id, signalId: row.signal_id, at: iso(row.at) };
  }

  private async *templates({ family }: Reading): AsyncGenerator<PersonExport['templates'][number]> {
    for (const row of await selectTemplates(this.database.db, family))
      yield { template: row.template_id, bundle: row.bundle_hash };
  }

  private async *decisions(reading: Reading): AsyncGenerator<ExportedDecision> {
    const rows = paged(
      LARGE_PAGE,
      (after, limit) => selectDecisions(this.database.db, reading.family, after, limit),
      (row) => ({ at: row.created_at, id: row.id }),
    );
    for await (const row of rows) yield this.decision(row, reading);
  }

  private async decision(row: DecisionRow, { colleagues }: Reading): Promise<ExportedDecision> {
    const situation = await this.openedOrNull(row.key_id, row.situation);
    return {
      id: row.id,
      at: iso(row.created_at),
      mode: row.mode,
      trigger: row.trigger_id,
      messageId: row.message_id,
      bundle: row.bundle_hash,
      engine: row.engine,
      models: parsed(row.models),
      seed: row.seed,
      result: withoutNames(await this.opened(row.key_id, row.result), colleagues),
      situation: isObject(situation)
        ? { ...situation, openTasks: withoutNames(situation['openTasks'] ?? [], colleagues) }
        : situation,
    };
  }

  private async *messages(reading: Reading): AsyncGenerator<ExportedMessage> {
    for (let after: After | null = null; ;) {
      const rows: MessageRow[] = await selectMessages(this.database.db, reading.family, after, LARGE_PAGE);
      yield* await this.withDetails(rows, reading);
      const last = rows.at(-1);
      if (last === undefined || rows.length < LARGE_PAGE) return;
      after = { at: last.created_at, id: last.id };
    }
  }

  private async withDetails(rows: readonly MessageRow[], reading: Reading): Promise<ExportedMessage[]> {
    const { db } = this.database;
    const ids = rows.map(({ id }) => id);
    if (ids.length === 0) return [];
    const steps = byMessage(await selectSteps(db, ids));
    const drafts = byMessage(await selectDrafts(db, ids));
    const assessments = byMessage(await selectAssessments(db, ids));
    const reviews = byMessage(await selectReviews(db, ids));
    const verdicts = grouped(await selectVerdicts(db, ids), (row) => row.review_id);
    const outcomes = byMessage(await selectOutcomes(db, ids));
    const links = byMessage(await selectLinks(db, ids));
    const messages: ExportedMessage[] = [];
    for (const row of rows)
      messages.push({
        ...(await this.message(row)),
        steps: (steps.get(row.id) ?? []).map((step) => ({
          at: iso(step.at),
          from: step.from_state,
          to: step.to_state,
          by: whoIs(step.actor),
          reason: { code: step.reason_code, text: withoutNames(step.reason, reading.colleagues) },
        })),
        drafts: await Promise.all((drafts.get(row.id) ?? []).map((draft) => this.draft(draft))),
        assessments: await Promise.all((assessments.get(row.id) ?? []).map((each) => this.assessment(each))),
        reviews: await Promise.all(
          (reviews.get(row.id) ?? []).map((review) => this.review(review, verdicts.get(review.id) ?? [])),
        ),
        outcomes: (outcomes.get(row.id) ?? []).map((outcome) => ({
          kind: outcome.kind,
          at: iso(outcome.at),
          counted: outcome.counted,
          whyNotCounted: outcome.why_not_counted,
          detail: parsed(outcome.detail),
        })),
        links: (links.get(row.id) ?? []).map((link) => ({
          kind: link.kind,
          link: link.link,
          createdAt: iso(link.created_at),
        })),
      });
    return messages;
  }

  private async message(
    row: MessageRow,
  ): Promise<Omit<ExportedMessage, 'steps' | 'drafts' | 'assessments' | 'reviews' | 'outcomes' | 'links'>> {
    const approval = approvedAt.safeParse(await this.openedOrNull(row.key_id, row.approval));
    return {
      id: row.id,
      decisionId: row.decision_id,
      action: row.action,
      channel: row.channel,
      class: row.class,
      topic: row.topic,
      tags: row.tags,
      offer: row.offer,
      state: row.state,
      createdAt: iso(row.created_at),
      sendAt: iso(row.send_at),
      sentAt: isoOrNull(row.sent_at),
      deliveredAt: isoOrNull(row.delivered_at),
      approval:
        row.approval_kind === null
          ? null
          : { kind: row.approval_kind, at: approval.success ? approval.data.payload.at : null },
      provider: row.provider,
      content: await this.openedOrNull(row.key_id, row.content),
      outbox:
        row.outbox_at === null
          ? null
          : { at: iso(row.outbox_at), wire: await this.openedOrNull(row.key_id, row.wire) },
      example:
        row.example_at === null
          ? null
          : { approvedAt: iso(row.example_at), words: await this.openedOrNull(row.key_id, row.words) },
    };
  }

  private async draft(row: DraftRow): Promise<ExportedMessage['drafts'][number]> {
    return {
      id: row.id,
      number: row.number,
      at: iso(row.written_at),
      origin: row.origin,
      template: row.template_id,
      prompt:
        row.prompt_id === null
          ? null
          : { id: row.prompt_id, version: row.prompt_version ?? '', model: row.model ?? '' },
      fallbackReason: row.fallback_reason,
      content: await this.openedOrNull(row.key_id, row.content),
      sentToModel: await this.openedOrNull(row.key_id, row.sent_to_model),
    };
  }

  private async assessment(row: AssessmentRow): Promise<ExportedMessage['assessments'][number]> {
    return {
      draftId: row.draft_id,
      at: iso(row.assessed_at),
      score: row.score,
      tier: row.tier,
      engine: row.engine,
      detail: await this.opened(row.key_id, row.contributions),
    };
  }

  private async review(
    row: ReviewRow,
    verdicts: readonly VerdictRow[],
  ): Promise<ExportedMessage['reviews'][number]> {
    return {
      id: row.id,
      state: row.state,
      tier: row.tier,
      why: parsed(row.why),
      risk: row.risk,
      createdAt: iso(row.created_at),
      closedAt: isoOrNull(row.closed_at),
      verdicts: await Promise.all(
        verdicts.map(async (verdict) => ({
          verdict: verdict.verdict,
          at: iso(verdict.at),
          reasons: verdict.reasons,
          note: await this.openedOrNull(verdict.profile_id, verdict.note),
        })),
      ),
    };
  }

  private async *tasks(reading: Reading): AsyncGenerator<ExportedTask> {
    const rows = paged(
      PAGE,
      (after, limit) => selectTasks(this.database.db, reading.family, after, limit),
      (row) => ({ at: row.created_at, id: row.id }),
    );
    for await (const row of rows) yield this.task(row, reading);
  }

  private async task(row: TaskRow, { colleagues }: Reading): Promise<ExportedTask> {
    return {
      id: row.id,
      state: row.state,
      reason: { code: row.reason_code, text: withoutNames(row.reason, colleagues) },
      decisionId: row.decision_id,
      messageId: row.message_id,
      dueAt: isoOrNull(row.due_at),
      createdAt: iso(row.created_at),
      closedAt: isoOrNull(row.closed_at),
      outcome: row.outcome,
      note: row.key_id === null ? null : await this.openedOrNull(row.key_id, row.note),
    };
  }

  private async *auditEntries(reading: Reading): AsyncGenerator<ExportedAudit> {
    for (let after = 0; ;) {
      const rows: AuditRow[] = await selectAudit(this.database.db, reading.family, after, PAGE);
      for (const row of rows)
        yield {
          at: iso(row.at),
          by: whoIs(row.actor),
          action: row.action,
          subject: row.subject,
          detail: withoutNames(parsed(row.detail), reading.colleagues),
          personal: row.key_id === null ? null : await this.openedOrNull(row.key_id, row.personal),
        };
      const last = rows.at(-1);
      if (last === undefined || rows.length < PAGE) return;
      after = last.seq;
    }
  }

  private async opened(keyId: string, sealed: Uint8Array): Promise<Json> {
    return parsed(await this.vault.openFor(this.database.db, keyId, sealed));
  }

  private async openedOrNull(keyId: string, sealed: Uint8Array | null): Promise<Json> {
    return sealed === null ? null : this.opened(keyId, sealed);
  }
}

/** One member of the document: a list, as its items come. */
async function* list<Name extends keyof PersonExport>(
  name: Name,
  items: AsyncIterable<PersonExport[Name] extends readonly (infer Item)[] ? Item : never>,
): AsyncGenerator<string> {
  yield `,${JSON.stringify(name)}:[`;
  let comma = '';
  for await (const item of items) {
    yield `${comma}${JSON.stringify(item)}`;
    comma = ',';
  }
  yield ']';
}

/** Rows one after the other, read a page at a time. */
async function* paged<Row>(
  limit: number,
  read: (after: After | null, limit: number) => Promise<Row[]>,
  placeOf: (row: Row) => After,
): AsyncGenerator<Row> {
  for (let after: After | null = null; ;) {
    const rows = await read(after, limit);
    yield* rows;
    const last = rows.at(-1);
    if (last === undefined || rows.length < limit) return;
    after = placeOf(last);
  }
}

function byMessage<Row extends { readonly message_id: string }>(rows: readonly Row[]): Map<string, Row[]> {
  return grouped(rows, (row) => row.message_id);
}

function grouped<Row>(rows: readonly Row[], keyOf: (row: Row) => string): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const group = groups.get(keyOf(row)) ?? [];
    group.push(row);
    groups.set(keyOf(row), group);
  }
  return groups;
}

function parsed(text: string): Json {
  return JSON.parse(text) as Json;
}

/** As it goes over the wire: members that are undefined are not there. */
function toJson(value: object): Json {
  return parsed(JSON.stringify(value));
}

function isObject(value: Json): value is Record<string, Json> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function iso(at: Date): string {
  return at.toISOString();
}

function isoOrNull(at: Date | null): string | null {
  return at === null ? null : iso(at);
}
