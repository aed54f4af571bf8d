import { Injectable } from '@nestjs/common';
import { type Tx } from '../platform/database/index.js';
import { CarriedNamesService, ProfilesService } from '../profiles/index.js';
import { PHONE_SPACES, withConsent } from '../profiles/consent.js';
import { type Consent, type Profile } from '../profiles/profile.js';
import { strengthOf, type Suppression } from '../profiles/suppression.js';
import { canonicalJson, type Json } from '../shared/canonical-json.js';
import { type NewSignal, IMPORT_SOURCE } from '../signals/signal.js';
import { SignalsService } from '../signals/index.js';
import { type BadLine, type Counts, type Effect, withEffect } from './import.js';
import { type Import, type Mention, selectMentions } from './imports.repository.js';
import { type ConsentLine, type ContactLine, type ReadLine, type SuppressionLine } from './lines.js';

/** A line and where it stands. */
export interface PlacedLine {
  readonly number: number;
  readonly read: ReadLine;
}

/** What some lines came to. */
export interface Applied {
  readonly counts: Counts;
  readonly wrong: readonly BadLine[];
  /** What to remember of them for the lines that follow. */
  readonly mentions: readonly Mention[];
}

type Outcome = Effect | { readonly path: string; readonly message: string };

interface Placed<Line> {
  readonly number: number;
  readonly line: Line;
}

/** Somebody was erased while a line about them was taken in. The code makes the database run the transaction again, on what is there now. */
class ErasedMeanwhile extends Error {
  override readonly name = 'ErasedMeanwhile';
  readonly code = '40001';
}

const UNKNOWN = { path: 'userId', message: 'is known to nobody: import the contact first' } as const;

/** Takes lines in, and says what each came to. The same for a dry run, whose transaction is rolled back. */
@Injectable()
export class ApplyingService {
  constructor(
    private readonly profiles: ProfilesService,
    private readonly signals: SignalsService,
    private readonly names: CarriedNamesService,
  ) {}

  async apply(tx: Tx, about: Import, lines: readonly PlacedLine[]): Promise<Applied> {
    const mentions = new Mentions(tx, about.id);
    const outcomes = await this.ofKind(tx, about, lines, mentions);
    let { counts } = about;
    const wrong: BadLine[] = [];
    for (const { number, read } of lines) {
      const outcome = read.ok ? (outcomes.get(number) ?? 'unchanged') : null;
      const told = read.ok ? (typeof outcome === 'object' && outcome !== null ? [outcome] : []) : read.wrong;
      wrong.push(...told.map(({ path, message }) => ({ line: number, path, message })));
      counts = withEffect(counts, typeof outcome === 'string' ? outcome : 'bad');
    }
    return { counts, wrong, mentions: mentions.changed() };
  }

  private ofKind(
    tx: Tx,
    about: Import,
    lines: readonly PlacedLine[],
    mentions: Mentions,
  ): Promise<Map<number, Outcome>> {
    switch (about.kind) {
      case 'contacts':
        return this.contacts(tx, about, goodOf(lines, 'contacts'), mentions);
      case 'consent':
        return this.consents(tx, goodOf(lines, 'consent'), mentions);
      case 'suppressions':
        return this.suppressions(tx, about, goodOf(lines, 'suppressions'), mentions);
    }
  }

  /** Each a signal that says who they are: kept in the log and applied here and now, with nothing following from it. */
  private async contacts(
    tx: Tx,
    about: Import,
    lines: readonly Placed<ContactLine>[],
    mentions: Mentions,
  ): Promise<Map<number, Outcome>> {
    const hashOf = new Map(lines.map(({ line }) => [line.userId, this.profiles.userHash(line.userId)]));
    const hashes = [...hashOf.values()];
    await mentions.load(hashes);
    const erased = await this.profiles.erasedSince(tx, hashes, about.createdAt);
    const outcomes = new Map<number, Outcome>();
    const taken = new Map<string, number>();
    const signals: NewSignal[] = [];
    for (const { number, line } of lines) {
      const hash = hashOf.get(line.userId) ?? '';
      const first = mentions.get(hash);
      if (first !== undefined)
        outcomes.set(number, { path: 'userId', message: `stands in line ${first.line} already` });
      else if (erased.has(hash))
        outcomes.set(number, { path: 'userId', message: 'was erased while the file was taken in' });
      else {
        mentions.set({ key: hash, line: number, said: null });
        const signal = toSignal(about, number, line);
        signals.push(signal);
        taken.set(signal.messageId, number);
      }
    }
    if (signals.length === 0) return outcomes;
    const kept = await this.signals.keepApplied(tx, IMPORT_SOURCE, signals);
    const applied = await this.profiles.apply(tx, kept);
    // By now no erasure can come between: whoever was erased since the first look must not come back.
    if ((await this.profiles.erasedSince(tx, hashes, about.createdAt)).size > erased.size)
      throw new ErasedMeanwhile('somebody in the file was erased meanwhile');
    for (const { signal, before, after } of applied)
      outcomes.set(taken.get(signal.messageId) ?? 0, effectOn(before, after));
    await this.names.note(tx, kept);
    return outcomes;
  }

  private async consents(
    tx: Tx,
    lines: readonly Placed<ConsentLine>[],
    mentions: Mentions,
  ): Promise<Map<number, Outcome>> {
    const people = await this.profiles.lockByUserIds(
      tx,
      lines.map(({ line }) => line.userId),
    );
    const keyOf = ({ userId, consent: { channel, topic } }: ConsentLine): string =>
      `${this.profiles.userHash(userId)} ${channel} ${topic}`;
    await mentions.load(lines.map(({ line }) => keyOf(line)));
    const outcomes = new Map<number, Outcome>();
    const statements: { profileId: string; consent: Consent }[] = [];
    for (const { number, line } of lines) {
      const profile = people.get(line.userId);
      if (profile === undefined) {
        outcomes.set(number, UNKNOWN);
        continue;
      }
      const earlier = mentions.get(keyOf(line));
      const said = earlier === undefined ? [] : [toConsent(line.consent, earlier.said)];
      const before = said.reduce(withConsent, profile.consents);
      outcomes.set(number, effectOnConsent(before, line.consent));
      const [stands] = said.reduce<readonly Consent[]>(withConsent, [line.consent]);
      if (stands !== undefined)
        mentions.set({
          key: keyOf(line),
          line: earlier?.line ?? number,
          said: { state: stands.state, at: stands.at },
        });
      statements.push({ profileId: profile.id, consent: line.consent });
    }
    await this.profiles.recordConsents(tx, statements);
    return outcomes;
  }

  private async suppressions(
    tx: Tx,
    about: Import,
    lines: readonly Placed<SuppressionLine>[],
    mentions: Mentions,
  ): Promise<Map<number, Outcome>> {
    const people = await this.profiles.lockByUserIds(
      tx,
      lines.flatMap(({ line }) => line.userId ?? []),
    );
    const targets = new Map(lines.map(({ number, line }) => [number, this.targetsOf(line, people)]));
    const hashes = [...targets.values()].flat().map(({ addressHash }) => addressHash);
    await mentions.load(hashes);
    const held = await this.profiles.suppressionsAt(tx, hashes);
    const outcomes = new Map<number, Outcome>();
    const suppressed = new Set<string>();
    for (const { number, line } of lines) {
      const own = targets.get(number) ?? [];
      if (own.length === 0) {
        const known = line.userId !== null && people.has(line.userId);
        outcomes.set(number, known ? { path: 'userId', message: 'has no address to suppress' } : UNKNOWN);
        continue;
      }
      const effects = own.map(({ addressHash }) => {
        const said = mentions.get(addressHash)?.said;
        const before = typeof said === 'string' ? asListed(said) : held.get(addressHash);
        return effectOnAddress(before, asListed(line.reason));
      });
      outcomes.set(
        number,
        effects.find((each) => each === 'created') ??
          effects.find((each) => each === 'updated') ??
          'unchanged',
      );
      for (const [i, { space, addressHash }] of own.entries()) {
        if (effects[i] === 'unchanged') continue;
        mentions.set({ key: addressHash, line: number, said: line.reason });
        suppressed.add(addressHash);
        await this.profiles.suppressHash(tx, {
          space,
          addressHash,
          reason: line.reason,
          source: `import:${about.id}`,
          saidAt: line.at === null ? null : new Date(line.at),
        });
      }
    }
    await this.profiles.endOpenMail(tx, [...suppressed]);
    return outcomes;
  }

  /** Every address a line is about: the one it names, and those of the person it names. */
  private targetsOf(
    { userId, email, phone }: SuppressionLine,
    people: ReadonlyMap<string, Profile>,
  ): { readonly space: string; readonly addressHash: string }[] {
    const own = userId === null ? undefined : people.get(userId)?.addresses;
    const emails = [email, own?.email].filter((each) => each != null);
    const phones = [phone, own?.phone].filter((each) => each != null);
    const all = [
      ...emails.map((address) => ({ space: 'email', address })),
      ...phones.flatMap((address) => PHONE_SPACES.map((space) => ({ space, address }))),
    ].map(({ space, address }) => ({ space, addressHash: this.profiles.addressHash(space, address) }));
    return [...new Map(all.map((each) => [each.addressHash, each])).values()];
  }
}

/** What a file said so far, and what these lines add to it. */
class Mentions {
  private readonly known = new Map<string, Mention>();
  private readonly fresh = new Map<string, Mention>();

  constructor(
    private readonly tx: Tx,
    private readonly importId: string,
  ) {}

  async load(keys: readonly string[]): Promise<void> {
    for (const [key, mention] of await selectMentions(this.tx, this.importId, keys))
      this.known.set(key, mention);
  }

  get(key: string): Mention | undefined {
    return this.known.get(key);
  }

  set(mention: Mention): void {
    this.known.set(mention.key, mention);
    this.fresh.set(mention.key, mention);
  }

  changed(): Mention[] {
    return [...this.fresh.values()];
  }
}

function goodOf<Kind extends 'contacts' | 'consent' | 'suppressions'>(
  lines: readonly PlacedLine[],
  kind: Kind,
): Placed<Extract<ContactLine | ConsentLine | SuppressionLine, { kind: Kind }>>[] {
  type Line = Extract<ContactLine | ConsentLine | SuppressionLine, { kind: Kind }>;
  return lines.flatMap(({ number, read }) =>
    read.ok && read.line.kind === kind ? [{ number, line: read.line as Line }] : [],
  );
}

/** As of when the file came: what was said later stands, whatever is taken in first. */
function toSignal(about: Import, number: number, line: ContactLine): NewSignal {
  return {
    messageId: `${about.id}:${number}`,
    type: 'identify',
    event: null,
    userId: line.userId,
    anonymousId: null,
    previousId: null,
    groupId: null,
    traits: line.traits,
    properties: {},
    context: {},
    occurredAt: about.createdAt.toISOString(),
  };
}

function effectOn(before: Profile | null, after: Profile): Effect {
  if (before === null) return 'created';
  const same =
    canonicalJson({ ...before.traits }) === canonicalJson({ ...after.traits }) &&
    before.userId === after.userId;
  return same ? 'unchanged' : 'updated';
}

function effectOnConsent(held: readonly Consent[], said: Consent): Effect {
  const find = (consents: readonly Consent[]): Consent | undefined =>
    consents.find(({ channel, topic }) => channel === said.channel && topic === said.topic);
  const [before, after] = [find(held), find(withConsent(held, said))];
  if (before === undefined) return 'created';
  return before.state === after?.state && before.at === after.at ? 'unchanged' : 'updated';
}

/** What an earlier line said of the same channel and topic. */
function toConsent(like: Consent, said: Json): Consent {
  const { state, at } = said as { state: Consent['state']; at: string };
  return { ...like, state, at, source: '' };
}

/** What a list says is for good. */
function asListed(reason: string): Pick<Suppression, 'reason' | 'byPerson'> {
  return { reason, byPerson: false };
}

/** @param held what stood against writing there before; undefined for nothing. */
function effectOnAddress(
  held: Pick<Suppression, 'reason' | 'byPerson'> | undefined,
  listed: Pick<Suppression, 'reason' | 'byPerson'>,
): Effect {
  if (held === undefined) return 'created';
  return strengthOf(listed) > strengthOf(held) ? 'updated' : 'unchanged';
}
