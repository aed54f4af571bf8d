import { Injectable } from '@nestjs/common';
import { type Decision, DecisionsService, type Situation } from '../decisions/index.js';
import { type Message } from '../messages/message.js';
import { type MessageContent } from '../messages/content.js';
import { MessagesService } from '../messages/index.js';
import { Database, type Executor, type Tx } from '../platform/database/index.js';
import { Embedder, type Embedding, type EmbeddingTerms, TokensSpent } from '../platform/llm/index.js';
import { ErasedError, Vault } from '../platform/vault/index.js';
import { DONE, type Job, type JobEnd, RetryLater, type WorkHandler } from '../platform/work/index.js';
import { Log } from '../platform/telemetry/index.js';
import { type Action, modelTerms } from '../policies/playbook.js';
import { PoliciesService } from '../policies/index.js';
import { Clock } from '../shared/clock.js';
import { languageFor } from './locale.js';
import { type PastMessage } from './examples.js';
import { selectErasedKeys } from './erased-keys.read-model.js';
import {
  deletePastMessages,
  hasPastMessages,
  insertPastMessage,
  type PastMessageRow,
  selectNearest,
  selectPastMessages,
} from './past-messages.repository.js';
import { splitFooter } from './edit.js';
import { withoutPerson } from './without-person.js';

/** One of those that are most like a message to be written. */
export interface Example extends PastMessage {
  readonly messageId: string;
}

interface Approved {
  readonly message: Message;
  readonly content: MessageContent;
  readonly decision: Decision;
  readonly situation: Situation;
}

interface Remembered {
  readonly words: PastMessage;
  readonly locale: string;
  readonly at: Embedding;
}

const DAY_MS = 24 * 60 * 60_000;
const SHOWN = 3;
const LONGEST_SUBJECT = 200;
const LONGEST_TEXT = 1_500;

/** Remembers what people approved, and finds what is most like a message to be written. */
@Injectable()
export class PastMessagesService {
  private readonly log = new Log('drafting');

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly vault: Vault,
    private readonly policies: PoliciesService,
    private readonly decisions: DecisionsService,
    private readonly messages: MessagesService,
    private readonly embedder: Embedder,
  ) {}

  /** Keyed by the message: a person approved what a model wrote. */
  readonly draftApproved: WorkHandler<Approved, Remembered> = {
    kind: 'draft.approved',
    atOnce: 2,
    // Nobody waits for it, so it outlasts a provider of embeddings that is gone for most of a day.
    maxAttempts: 100,
    prepare: (tx, job) => this.load(tx, job),
    call: async ({ content, decision, situation }, _job, signal) => {
      const words = toPast(content, situation);
      const bundle = await this.policies.bundle(decision.bundleHash);
      const locale = languageFor(bundle, situation.profile.locale);
      const text = `${words.subject}\n${words.text}`;
      try {
        return { words, locale, at: await this.embedder.embed(text, this.terms(), signal) };
      } catch (error) {
        if (!(error instanceof TokensSpent)) throw error;
        // Nobody waits for it: it is remembered once the next day has begun.
        const wait = DAY_MS - (this.clock.now().getTime() % DAY_MS) + 1_000;
        throw new RetryLater(error.message, wait);
      }
    },
    commit: async (tx, _job, { message, situation }, { words, locale, at }) => {
      const keys = await this.vault.keys(tx, [message.profileId]);
      if (!keys.has(message.profileId)) return DONE; // Erased meanwhile.
      await insertPastMessage(
        tx,
        {
          messageId: message.id,
          action: message.action,
          locale,
          stage: situation.profile.stage,
          space: at.space,
          keyId: message.profileId,
          words: await this.vault.sealFor(tx, message.profileId, words),
          vector: at.vector,
        },
        this.clock.now(),
      );
      return DONE;
    },
  };

  private terms(): EmbeddingTerms {
    return modelTerms(this.policies.active().engine);
  }

  private async load(tx: Tx, job: Job): Promise<Approved | JobEnd> {
    try {
      const message = await this.messages.get(tx, job.key);
      const content = await this.messages.content(tx, job.key);
      // Examples are for prompts that write mails.
      if (content?.kind !== 'email') return DONE;
      const made = message === null ? null : await this.decisions.get(tx, message.decisionId);
      return message === null || made === null ? DONE : { message, content, ...made };
    } catch (error) {
      if (error instanceof ErasedError) return DONE;
      throw error;
    }
  }

  /** Approved messages most like the one to be written; none when they cannot be looked for, since a draft can do without. */
  async nearest(
    action: Action,
    about: { readonly locale: string; readonly stage: string; readonly facts: readonly string[] },
    signal: AbortSignal,
  ): Promise<Example[]> {
    const sought = [action.title, action.goal, action.draft.brief ?? '', ...about.facts].join('. ');
    const { db } = this.database;
    // Where nothing was approved yet there is nothing to compare with, and no model to load for it.
    if (!(await hasPastMessages(db, action.id, about.locale))) return [];
    try {
      const { space, vector } = await this.embedder.embed(sought, this.terms(), signal);
      const near = { action: action.id, locale: about.locale, stage: about.stage, space, vector };
      return await this.open(db, await selectNearest(db, near, SHOWN));
    } catch (error) {
      signal.throwIfAborted();
      this.log.warn('drafting.without_examples', { error });
      return [];
    }
  }

  /** Lets go of what was written to people who were erased since: their words cannot be read any more, where they lie tells of them still. */
  async tidy(): Promise<void> {
    const { db } = this.database;
    const erased = await selectErasedKeys(db);
    if (erased.length > 0) await deletePastMessages(db, erased);
  }

  /** The words of past messages, by id; those of people who were erased are missing. */
  async named(db: Executor, messageIds: readonly string[]): Promise<Map<string, PastMessage>> {
    if (messageIds.length === 0) return new Map();
    const found = await this.open(db, await selectPastMessages(db, messageIds));
    return new Map(found.map(({ messageId, ...words }) => [messageId, words]));
  }

  private async open(db: Executor, rows: readonly PastMessageRow[]): Promise<Example[]> {
    const keys = await this.vault.keys(
      db,
      rows.map((row) => row.key_id),
    );
    return rows.flatMap((row) => {
      const key = keys.get(row.key_id);
      if (key === undefined) return [];
      const words = JSON.parse(this.vault.unsealText(key, row.words)) as PastMessage;
      return [{ messageId: row.message_id, ...words }];
    });
  }
}

function toPast(content: MessageContent, { profile, signal }: Situation): PastMessage {
  const own = {
    ...profile.traits,
    email: profile.addresses.email ?? '',
    phone: profile.addresses.phone ?? '',
    user_id: profile.userId ?? '',
    ...(signal?.properties ?? {}),
  };
  return {
    subject: withoutPerson(content.subject ?? '', own, LONGEST_SUBJECT),
    text: withoutPerson(splitFooter(content.text).body, own, LONGEST_TEXT),
  };
}
