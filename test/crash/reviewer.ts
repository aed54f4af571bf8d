import { z } from 'zod';
import { anything, type Api } from './api.js';
import { type MailServer } from './mail-server.js';
import { tokenIn } from './model-server.js';
import { sleep } from './ports.js';
import { type Random } from './random.js';
import { type AskedVerdict, type Told, type ToldFate } from './told.js';

/** Longer than a mail takes that is on its way when somebody starts to ask what became of it. */
const LOOK_AFTER_MS = 15_000;
const PAGE = 60;

const page = z.object({ data: z.array(z.object({ id: z.string() })) });
const review = z.object({
  messageId: z.string(),
  contentHash: z.string(),
  draft: z.object({ subject: z.string().nullable(), text: z.string() }),
});
const taskPage = z.object({
  data: z.array(
    z.object({ id: z.string(), messageId: z.string().nullable(), reason: z.object({ code: z.string() }) }),
  ),
});

/** The person who signs or refuses what the machine wrote, and who finds out what became of messages of unknown fate. */
export class Reviewer {
  private running = false;
  private work: Promise<unknown> | undefined;
  private readonly answered = new Set<string>();
  /** When a task was first seen. */
  private readonly seen = new Map<string, number>();

  constructor(
    private readonly api: Api,
    private readonly mail: MailServer,
    private readonly told: Told,
    private readonly random: Random,
  ) {}

  start(): void {
    this.running = true;
    this.work = Promise.all([this.over(() => this.reviews()), this.over(() => this.tasks())]);
  }

  async stop(): Promise<void> {
    this.running = false;
    await this.work;
  }

  private async over(round: () => Promise<void>): Promise<void> {
    while (this.running) {
      await round();
      await sleep(700);
    }
  }

  private async reviews(): Promise<void> {
    for (const state of ['pending', 'claimed']) {
      const listed = await this.api.ask(page, 'GET', `/v1/reviews?state=${state}&limit=${PAGE}`);
      if (listed?.body == null) continue;
      for (const { id } of listed.body.data) if (!this.answered.has(id)) await this.answer(id);
    }
  }

  private async answer(id: string): Promise<void> {
    const found = await this.api.ask(review, 'GET', `/v1/reviews/${id}`);
    if (found?.body == null) return;
    const { messageId, contentHash, draft } = found.body;
    const asked: AskedVerdict = {
      reviewId: id,
      messageId,
      verdict: this.random.chance(0.88) ? 'approve' : 'reject',
      contentHash,
      subject: draft.subject ?? '',
      token: tokenIn(draft.text),
      askedAt: Date.now(),
      status: null,
    };
    this.told.verdicts.push(asked);
    const reasons = asked.verdict === 'reject' ? { reasons: ['tone'] } : {};
    const body = { verdict: asked.verdict, contentHash, ...reasons };
    const answer = await this.api.ask(anything, 'POST', `/v1/reviews/${id}/verdict`, body);
    // Without an answer it is found again and answered anew: another verdict is then a second opinion that comes too late.
    if (answer === null) return;
    asked.status = answer.status;
    // A message that comes back for another look has a review of its own.
    this.answered.add(id);
  }

  private async tasks(): Promise<void> {
    const listed = await this.api.ask(taskPage, 'GET', `/v1/tasks?state=open&limit=${PAGE}`);
    if (listed?.body == null) return;
    for (const { id, messageId, reason } of listed.body.data) {
      if (reason.code !== 'fate_unknown' || messageId === null) continue;
      const since = this.seen.get(id) ?? Date.now();
      this.seen.set(id, since);
      if (Date.now() - since < LOOK_AFTER_MS) continue;
      const fate = this.mail.took(messageId) ? 'left' : 'did_not_leave';
      const entry: ToldFate = { messageId, fate, status: null };
      this.told.fates.push(entry);
      const note = 'looked into the mail server';
      const answer = await this.api.ask(anything, 'POST', `/v1/tasks/${id}/close`, { outcome: fate, note });
      entry.status = answer?.status ?? null;
    }
  }
}
