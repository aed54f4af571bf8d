import PostalMime, { type Email } from 'postal-mime';
import { type z } from 'zod';
import { type Actor, PeopleService, TokensService } from '../../src/access/index.js';
import { AuditService } from '../../src/audit/index.js';
import { readOutbox } from '../../src/console/messages/outbox.read-model.js';
import { SealedReader } from '../../src/console/sealed-reader.service.js';
import { decisionsPage, tasksPage } from '../../src/decisions/decisions.dto.js';
import { messageAnswer, messagesPage } from '../../src/messages/messages.dto.js';
import { Secrets } from '../../src/platform/secrets/secrets.js';
import { reviewDetailSchema, reviewPageSchema } from '../../src/review/reviews.dto.js';
import { findingLines, verifyDatabase } from '../../src/verification/index.js';
import { type Answer, type Story } from './service.js';

type ShownMessage = z.output<typeof messageAnswer>;
type ShownDecision = z.output<typeof decisionsPage>['data'][number];
type ShownTask = z.output<typeof tasksPage>['data'][number];
export type ShownReview = z.output<typeof reviewDetailSchema>;

/** A mail as it lies in the outbox, read as a mail program reads it. */
export interface ShownMail {
  readonly messageId: string;
  readonly at: string;
  readonly email: Email;
  header(name: string): string | undefined;
}

/** The one there has to be. @throws Error when there are none or several. */
export function only<Item>(items: readonly Item[]): Item {
  const [item, ...others] = items;
  if (item === undefined || others.length > 0)
    throw new Error(`there should be one, there are ${items.length}: ${JSON.stringify(items)}`);
  return item;
}

/** What was made for a person, oldest first. */
export async function messagesTo(story: Story, userId: string): Promise<ShownMessage[]> {
  const page = await story.get(`/v1/messages?limit=100&userId=${encodeURIComponent(userId)}`);
  return messagesPage.parse(page).data.toReversed();
}

/** One message with its content. */
export async function message(story: Story, id: string): Promise<ShownMessage> {
  return messageAnswer.parse(await story.get(`/v1/messages/${id}`));
}

/** What was decided about a person, oldest first. */
export async function decisionsAbout(story: Story, userId: string): Promise<ShownDecision[]> {
  const page = await story.get(`/v1/decisions?limit=100&userId=${encodeURIComponent(userId)}`);
  return decisionsPage.parse(page).data.toReversed();
}

/** The last thing that was decided about a person. */
export async function lastDecision(story: Story, userId: string): Promise<ShownDecision> {
  const last = (await decisionsAbout(story, userId)).at(-1);
  if (last === undefined) throw new Error(`nothing was decided about ${userId}`);
  return last;
}

export const codesOf = (reasons: readonly { readonly code: string }[]): string[] =>
  reasons.map(({ code }) => code);

export async function tasksOf(
  story: Story,
  userId: string,
  state: 'open' | 'closed' = 'open',
): Promise<ShownTask[]> {
  const { data } = tasksPage.parse(await story.get(`/v1/tasks?limit=100&state=${state}`));
  return data.filter((task) => task.userId === userId);
}

/** The items of the queue about a person, whole. */
export async function reviewsAbout(story: Story, userId: string, state = 'pending'): Promise<ShownReview[]> {
  const { data } = reviewPageSchema.parse(await story.get(`/v1/reviews?limit=100&state=${state}`));
  const found: ShownReview[] = [];
  for (const { id } of data.filter((review) => review.userId === userId)) found.push(await review(story, id));
  return found;
}

export async function review(story: Story, id: string): Promise<ShownReview> {
  return reviewDetailSchema.parse(await story.get(`/v1/reviews/${id}`));
}

/** Answers an item about the words it shows now, unless the verdict names other ones. */
export async function verdict(
  story: Story,
  item: { readonly id: string; readonly contentHash: string },
  body: Readonly<Record<string, unknown>>,
  token?: string,
): Promise<Answer> {
  const answer = await story.post(
    `/v1/reviews/${item.id}/verdict`,
    { contentHash: item.contentHash, ...body },
    token,
  );
  await story.settle();
  return answer;
}

/** The mail that left for an address, oldest first. */
export async function mailsTo(story: Story, address: string): Promise<ShownMail[]> {
  const reader = story.service.app.get(SealedReader, { strict: false });
  const items = await readOutbox(story.database.db, reader, { messageId: null, after: null, limit: 500 });
  const mails: ShownMail[] = [];
  for (const { messageId, at, wire } of items.toReversed()) {
    if (wire?.kind !== 'email' || wire.envelope.to !== address) continue;
    const email = await PostalMime.parse(wire.raw);
    const header = (name: string): string | undefined => email.headers.find(({ key }) => key === name)?.value;
    mails.push({ messageId, at: at.toISOString(), email, header });
  }
  return mails;
}

/** Where a mail's one-click unsubscribe leads, as a path of this service. */
export function unsubscribePath(mail: ShownMail): string {
  const url = /^<(.+)>$/.exec(mail.header('list-unsubscribe') ?? '')?.[1];
  if (url === undefined) throw new Error('the mail offers no way to unsubscribe');
  return new URL(url).pathname;
}

/** One more person who signs in. @returns their personal token. */
export async function colleague(
  story: Story,
  name: string,
  role: 'viewer' | 'marketer' | 'strategist',
): Promise<string> {
  const by = administrator(story);
  const person = await story.service.app
    .get(PeopleService, { strict: false })
    .create({ email: `${name}@shop.example.com`, name, role, password: null }, by);
  const made = await story.service.app
    .get(TokensService, { strict: false })
    .createPersonal('console', person.id, by);
  return made.token;
}

/** A token that acts for nobody. */
export async function machine(story: Story, role: 'marketer' | 'developer'): Promise<string> {
  const tokens = story.service.app.get(TokensService, { strict: false });
  return (await tokens.createService('a machine', role, administrator(story))).token;
}

function administrator(story: Story): Actor {
  return { kind: 'person', ...story.service.administrator, role: 'administrator', via: 'token' };
}

/** Ends a story; whatever it told, the database it leaves must hold what `verify` promises. */
export async function endSound(story: Story): Promise<void> {
  try {
    await story.service.app.get(AuditService, { strict: false }).seal();
    const secrets = story.service.app.get(Secrets, { strict: false });
    const findings = await verifyDatabase(story.database.db, secrets, story.clock);
    const broken = findings.filter(({ problems }) => problems.length > 0).flatMap(findingLines);
    if (broken.length > 0) throw new Error(broken.join('\n'));
  } finally {
    await story.end();
  }
}
