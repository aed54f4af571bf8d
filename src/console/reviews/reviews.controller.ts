import { Body, Controller, Get, HttpCode, Param, Post, Query, UseInterceptors } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { h } from 'preact';
import { z } from 'zod';
import { type Actor, Allow, CurrentActor, may } from '../../access/index.js';
import { Database } from '../../platform/database/index.js';
import { Problem } from '../../platform/http/index.js';
import { PoliciesService } from '../../policies/index.js';
import { ReviewService } from '../../review/index.js';
import { type ContentEditInput, type ReviewDetail, verdictSchema } from '../../review/review.js';
import { Clock } from '../../shared/clock.js';
import { readDecision } from '../decisions/decision.read-model.js';
import { fieldList, optionalText, optionalWords } from '../forms.js';
import { type Answer, type DONE, page, redirect, withDone } from '../page.js';
import { PageInterceptor } from '../page.interceptor.js';
import { SealedReader } from '../sealed-reader.service.js';
import { MEMBER } from './edit-form.js';
import { QueuePage } from './queue-page.js';
import { countByState, readAnswerable, readQueue, WAITING_STATES } from './queue.read-model.js';
import { ReviewPage } from './review-page.js';
import { type ReviewProps } from './review-props.js';
import { focusedOn } from './wordings.js';

const CLOSED_STATES = ['approved', 'rejected', 'handed_off', 'expired'];
const QUEUE_LIMIT = 100;

const queueQuery = z.object({ show: z.enum(['waiting', 'closed']).catch('waiting') });
const itemQuery = z.object({ edit: z.string().optional(), wording: z.string().max(100).optional() });
/** A form's fields: all text, empty where nothing was written. */
const verdictForm = z
  .object({
    verdict: verdictSchema,
    contentHash: z.string().min(1),
    subject: optionalWords,
    preheader: optionalText,
    text: optionalWords,
    reasons: fieldList,
    note: optionalWords,
    alsoFine: fieldList,
  })
  // Members of a payload, each a field of its own.
  .catchall(optionalText);
type VerdictForm = z.output<typeof verdictForm>;

/** Statuses that are told in place, beside the item as it is now. */
const TOLD_IN_PLACE = new Set([400, 403, 409, 410, 422]);

@ApiExcludeController()
@Controller('reviews')
@UseInterceptors(PageInterceptor)
export class ReviewsPagesController {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly reader: SealedReader,
    private readonly reviews: ReviewService,
    private readonly policies: PoliciesService,
  ) {}

  @Get()
  @Allow('reviews.read')
  async queue(
    @CurrentActor() actor: Actor,
    @Query({ schema: queueQuery }) query: z.output<typeof queueQuery>,
  ): Promise<Answer> {
    const { db } = this.database;
    const now = this.clock.now();
    const me = personOf(actor);
    const closed = query.show === 'closed';
    const states = closed ? CLOSED_STATES : WAITING_STATES;
    const items = await readQueue(db, this.reader, { states, me, now, limit: QUEUE_LIMIT, closed });
    const answerable = may(actor.role, 'reviews.decide') ? await readAnswerable(db, me, now) : [];
    return page({
      title: 'Reviews',
      section: 'reviews',
      body: h(QueuePage, {
        items,
        show: query.show,
        counts: await countByState(db),
        first: answerable[0] ?? null,
        ...this.worths(),
      }),
    });
  }

  @Get(':id')
  @Allow('reviews.read')
  async item(
    @Param('id') id: string,
    @CurrentActor() actor: Actor,
    @Query({ schema: itemQuery }) query: z.output<typeof itemQuery>,
  ): Promise<Answer> {
    return this.itemPage(await this.reviews.get(id), actor, {
      editing: query.edit !== undefined,
      wording: query.wording,
      problem: null,
    });
  }

  /** Reloading what a refused verdict answered comes here. */
  @Get(':id/verdict')
  @Allow('reviews.read')
  reload(@Param('id') id: string): Answer {
    return redirect(`/reviews/${encodeURIComponent(id)}`);
  }

  @Post(':id/verdict')
  @HttpCode(200)
  @Allow('reviews.decide')
  async verdict(
    @Param('id') id: string,
    @CurrentActor() actor: Actor,
    @Body({ schema: verdictForm }) form: VerdictForm,
  ): Promise<Answer> {
    const queue = await readAnswerable(this.database.db, personOf(actor), this.clock.now());
    try {
      const review = await this.reviews.verdict(id, actor, {
        verdict: form.verdict,
        contentHash: form.contentHash,
        ...(form.verdict === 'edit' ? { content: editOf(form) } : {}),
        ...(form.reasons.length === 0 ? {} : { reasons: form.reasons }),
        ...(form.alsoFine.length === 0 ? {} : { alsoFine: form.alsoFine }),
        ...(form.note === undefined ? {} : { note: form.note }),
      });
      if (form.verdict === 'edit') return redirect(withDone(`/reviews/${id}`, 'edited'));
      const next = neighbour(queue, id, 1) ?? queue.find((other) => other !== id);
      return redirect(withDone(next === undefined ? '/reviews' : `/reviews/${next}`, doneWith(form, review)));
    } catch (error) {
      if (!(error instanceof Problem) || !TOLD_IN_PLACE.has(error.status)) throw error;
      const review = await this.reviews.get(id);
      const known = [review, ...(review.variants?.wordings ?? [])].map((each) => each.contentHash);
      const stale = error.status === 409 && !known.includes(form.contentHash);
      const text = stale
        ? 'The words changed while you were reading. These are the new ones: look again before you sign.'
        : error.detail;
      return this.itemPage(
        review,
        actor,
        { editing: false, wording: undefined, problem: { stale, text } },
        error.status,
      );
    }
  }

  private async itemPage(
    review: ReviewDetail,
    actor: Actor,
    { wording, ...shown }: Pick<ReviewProps, 'editing' | 'problem'> & { wording: string | undefined },
    status = 200,
  ): Promise<Answer> {
    const { db } = this.database;
    const me = personOf(actor);
    const queue = await readAnswerable(db, me, this.clock.now());
    const decision = await readDecision(db, this.reader, review.decision.id);
    const position = queue.indexOf(review.id);
    return page({
      title: `Review: ${review.draft.subject ?? review.action}`,
      section: 'reviews',
      status,
      body: h(ReviewPage, {
        review: focusedOn(review, wording),
        held: review.contentHash,
        decision,
        facts: decision?.situation?.facts ?? [],
        me,
        queue: {
          position: position === -1 ? null : position + 1,
          length: queue.length,
          next: neighbour(queue, review.id, 1),
          previous: neighbour(queue, review.id, -1),
        },
        ...shown,
      }),
    });
  }

  private worths(): { threshold: number | null; worth: ReadonlyMap<string, number>; currency: string } {
    const bundle = this.policies.activeIfAny();
    if (bundle === null) return { threshold: null, worth: new Map(), currency: 'EUR' };
    return {
      threshold: bundle.engine.riskThreshold,
      worth: new Map([...bundle.actions].map(([id, action]) => [id, action.spec.value])),
      currency: bundle.brand.currency,
    };
  }
}

const personOf = (actor: Actor): string | null => (actor.kind === 'person' ? actor.personId : null);

/** The item `step` places further in the queue; from outside the queue, its first. */
function neighbour(queue: readonly string[], id: string, step: 1 | -1): string | null {
  const position = queue.indexOf(id);
  if (position === -1) return step === 1 ? (queue[0] ?? null) : null;
  return queue[position + step] ?? null;
}

function editOf(form: VerdictForm): ContentEditInput {
  const members = Object.entries(form).flatMap(([name, value]): [string, string][] =>
    name.startsWith(MEMBER) && typeof value === 'string' ? [[name.slice(MEMBER.length), value]] : [],
  );
  return {
    ...(members.length === 0 ? {} : { payload: Object.fromEntries(members) }),
    ...(form.subject === undefined ? {} : { subject: form.subject }),
    ...(form.preheader === undefined ? {} : { preheader: form.preheader }),
    ...(form.text === undefined ? {} : { text: form.text }),
  };
}

function doneWith(form: VerdictForm, review: ReviewDetail): keyof typeof DONE {
  switch (form.verdict) {
    case 'approve':
      return review.state === 'awaiting_second' ? 'first' : 'approved';
    case 'reject':
      return 'rejected';
    case 'handoff':
      return 'handed_off';
    case 'skip':
      return 'skipped';
    case 'edit':
      return 'edited';
  }
}
