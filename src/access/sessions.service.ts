import { randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { AuditService } from '../audit/index.js';
import { type Environment } from '../config/environment.js';
import { Database, type Tx } from '../platform/database/index.js';
import { ENVIRONMENT } from '../platform/runtime.js';
import { Clock } from '../shared/clock.js';
import { type Caller } from './access.decorators.js';
import {
  deleteSession,
  insertLink,
  insertSession,
  selectLink,
  selectPersonByEmail,
  selectSession,
  takeLink,
} from './access.repository.js';
import { type Actor, actorId } from './actor.js';
import { isPassword } from './password.js';
import { normalEmail } from './people.service.js';
import { type Bound, ThrottleService } from './throttle.service.js';
import { TokensService } from './tokens.service.js';

const SESSION_MS = 7 * 24 * 3_600_000;
const LINK_MS = 15 * 60_000;
const WINDOW_MS = 15 * 60_000;
/** From one network address, whomever they are on. */
const BY_ADDRESS: Bound = { what: 'sign-in by address', most: 50, windowMs: WINDOW_MS };
/** From one network address on one person: who guesses elsewhere does not lock the person out. */
const BY_PAIR: Bound = { what: 'sign-in by address and person', most: 10, windowMs: WINDOW_MS };
/** On one person from all addresses together; counted only where the tighter bounds let an attempt through. */
const BY_EMAIL: Bound = { what: 'sign-in by person', most: 100, windowMs: WINDOW_MS };

export type SignIn =
  | { readonly ok: true; readonly sessionToken: string }
  | { readonly ok: false; readonly reason: 'wrong' }
  | { readonly ok: false; readonly reason: 'throttled'; readonly retryAfterSeconds: number };

/** Signing in and out of the console. */
@Injectable()
export class SessionsService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly audit: AuditService,
    private readonly tokens: TokensService,
    private readonly throttle: ThrottleService,
    @Inject(ENVIRONMENT) private readonly environment: Environment,
  ) {}

  /** Signs in with a password. @param address the network address it came from. */
  async signIn(email: string, password: string, address: string): Promise<SignIn> {
    const name = normalEmail(email);
    const pair = `${address} ${name}`;
    const wait =
      (await this.throttle.attempt(BY_ADDRESS, address)) ||
      (await this.throttle.attempt(BY_PAIR, pair)) ||
      (await this.throttle.attempt(BY_EMAIL, name));
    if (wait > 0) return { ok: false, reason: 'throttled', retryAfterSeconds: wait };
    const person = await selectPersonByEmail(this.database.db, name);
    const right = await isPassword(person?.password_hash ?? null, password);
    if (person === null || !right || person.disabled_at !== null) {
      if (person !== null) await this.noteRefusal(person.id);
      return { ok: false, reason: 'wrong' };
    }
    await this.throttle.clear(BY_PAIR, pair);
    return this.database.transaction(async (tx) => ({
      ok: true,
      sessionToken: await this.open(tx, person.id, { by: 'password', signs: true }),
    }));
  }

  /** Makes a one-time sign-in link, good for 15 minutes. @returns the whole address. */
  async link(personId: string, by: Actor | 'system'): Promise<string> {
    const token = randomBytes(32).toString('base64url');
    const own = by !== 'system' && by.kind === 'person' && by.personId === personId && by.via !== 'lent';
    await this.database.transaction(async (tx) => {
      const now = this.clock.now();
      await insertLink(tx, {
        tokenHash: this.tokens.hash('link', token),
        personId,
        signs: by === 'system' || own,
        now,
        expiresAt: new Date(now.getTime() + LINK_MS),
      });
      await this.audit.record(tx, {
        actor: by === 'system' ? by : actorId(by),
        action: 'sign_in_link.created',
        subject: personId,
      });
    });
    return `${this.environment.publicUrl}/sign-in/link/${token}`;
  }

  /** Whom a link would sign in; changes nothing, since mail scanners follow every link. */
  async linkFor(token: string): Promise<{ name: string } | null> {
    return selectLink(this.database.db, this.tokens.hash('link', token), this.clock.now());
  }

  /** Uses a link up. @returns the session's token; null when it was used or is too old. */
  async signInByLink(token: string): Promise<string | null> {
    return this.database.transaction(async (tx) => {
      const hash = this.tokens.hash('link', token);
      const live = await selectLink(tx, hash, this.clock.now());
      const taken = live === null ? null : await takeLink(tx, hash, this.clock.now());
      return taken === null ? null : this.open(tx, taken.personId, { by: 'link', signs: taken.signs });
    });
  }

  async signOut(sessionToken: string): Promise<void> {
    await this.database.transaction(async (tx) => {
      const hash = this.tokens.hash('session', sessionToken);
      const session = await selectSession(tx, hash, this.clock.now());
      await deleteSession(tx, hash);
      if (session !== null) {
        const { person_id } = session;
        await this.audit.record(tx, { actor: person_id, action: 'person.signed_out', subject: person_id });
      }
    });
  }

  /** Who a session belongs to; null when it ended or its person is disabled. */
  async caller(sessionToken: string): Promise<Caller | null> {
    const row = await selectSession(
      this.database.db,
      this.tokens.hash('session', sessionToken),
      this.clock.now(),
    );
    if (row === null) return null;
    return {
      actor: {
        kind: 'person',
        personId: row.person_id,
        name: row.name,
        role: row.role,
        via: row.signs ? 'session' : 'lent',
      },
      csrfToken: row.csrf_token,
    };
  }

  /** How long a session lasts, in seconds, for its cookie. */
  get seconds(): number {
    return SESSION_MS / 1_000;
  }

  private async open(
    tx: Tx,
    personId: string,
    begun: { readonly by: 'password' | 'link'; readonly signs: boolean },
  ): Promise<string> {
    const sessionToken = randomBytes(32).toString('base64url');
    const now = this.clock.now();
    await insertSession(tx, {
      tokenHash: this.tokens.hash('session', sessionToken),
      personId,
      csrfToken: randomBytes(24).toString('base64url'),
      signs: begun.signs,
      now,
      expiresAt: new Date(now.getTime() + SESSION_MS),
    });
    await this.audit.record(tx, {
      actor: personId,
      action: 'person.signed_in',
      subject: personId,
      detail: { ...begun },
    });
    return sessionToken;
  }

  private async noteRefusal(personId: string): Promise<void> {
    await this.database.transaction((tx) =>
      this.audit.record(tx, { actor: 'system', action: 'person.sign_in_refused', subject: personId }),
    );
  }
}
