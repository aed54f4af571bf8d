import { Injectable } from '@nestjs/common';
import { AuditService } from '../audit/index.js';
import { Database, type Executor, type Tx } from '../platform/database/index.js';
import { Problem } from '../platform/http/index.js';
import { Clock } from '../shared/clock.js';
import { Ids } from '../shared/ids.js';
import {
  deleteSessionsOf,
  insertPerson,
  lockAdministrators,
  type PersonRow,
  selectPeople,
  selectPerson,
  updateDisabled,
  updatePassword,
  updateRole,
} from './access.repository.js';
import { type Actor, actorId, type PersonActor } from './actor.js';
import { hashPassword, isPassword } from './password.js';
import { type Role } from './permissions.js';
import { type Bound, ThrottleService } from './throttle.service.js';
import { TokensService } from './tokens.service.js';

const SHORTEST_PASSWORD = 8;
/** Hashing more is work that a caller can make us do. */
const LONGEST_PASSWORD = 256;
const GUESSES: Bound = { what: 'guesses of the present password', most: 10, windowMs: 15 * 60_000 };

/** Somebody who may sign in. */
export interface Person {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  readonly disabled: boolean;
  readonly createdAt: string;
}

/** E-mail addresses are compared in lower case. */
export function normalEmail(email: string): string {
  return email.trim().toLowerCase();
}

/** The people who sign in, and what they may do. */
@Injectable()
export class PeopleService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly ids: Ids,
    private readonly audit: AuditService,
    private readonly tokens: TokensService,
    private readonly throttle: ThrottleService,
  ) {}

  async list(): Promise<Person[]> {
    return (await selectPeople(this.database.db)).map(toPerson);
  }

  async get(id: string): Promise<Person | null> {
    const row = await selectPerson(this.database.db, id);
    return row === null ? null : toPerson(row);
  }

  /** @param password null: they come in by a sign-in link and choose one. @throws Problem 409 when the address is taken, 400 for a bad password. */
  async create(
    person: { email: string; name: string; role: Role; password: string | null },
    by: Actor,
  ): Promise<Person> {
    const hash = person.password === null ? null : await hashPassword(checked(person.password));
    return this.database.transaction(async (tx) => {
      const row = {
        id: this.ids.make('per'),
        email: normalEmail(person.email),
        name: person.name.trim(),
        role: person.role,
        password_hash: hash,
        created_at: this.clock.now(),
      };
      if (!(await insertPerson(tx, row)))
        throw new Problem(409, 'email-taken', 'Somebody with this e-mail address exists already.');
      await this.note(tx, by, 'person.created', row.id, { role: person.role });
      return toPerson({ ...row, disabled_at: null });
    });
  }

  /** @throws Problem 404; 409 for the last administrator. */
  async setRole(id: string, role: Role, by: Actor): Promise<void> {
    await this.database.transaction(async (tx) => {
      if (role !== 'administrator') await this.keepAnAdministrator(tx, id);
      await this.existing(tx, id);
      await updateRole(tx, id, role);
      await this.note(tx, by, 'person.role_changed', id, { role });
    });
    this.tokens.forget();
  }

  /** Ends their sessions and stops their tokens. @throws Problem 404; 409 for the last administrator. */
  async disable(id: string, by: Actor): Promise<void> {
    await this.database.transaction(async (tx) => {
      await this.keepAnAdministrator(tx, id);
      await this.existing(tx, id);
      await updateDisabled(tx, id, this.clock.now());
      await deleteSessionsOf(tx, id);
      await this.note(tx, by, 'person.disabled', id, {});
    });
    this.tokens.forget();
  }

  /** @throws Problem 404 */
  async enable(id: string, by: Actor): Promise<void> {
    await this.database.transaction(async (tx) => {
      await this.existing(tx, id);
      await updateDisabled(tx, id, null);
      await this.note(tx, by, 'person.enabled', id, {});
    });
    this.tokens.forget();
  }

  /** Whether somebody has a password; who came in by a link may not have chosen one yet. @throws Problem 404 */
  async hasPassword(id: string): Promise<boolean> {
    return (await this.existing(this.database.db, id)).password_hash !== null;
  }

  /**
   * Changes one's own password, or chooses the first, and ends one's sessions elsewhere.
   * @param current the present one; not looked at when there is none.
   * @param here the token of the session that goes on; null ends them all.
   * @throws Problem 403 when the present one is wrong, 400 for a bad new one, 409 when it was changed meanwhile, 429 after ten guesses.
   */
  async changePassword(
    by: PersonActor,
    current: string,
    next: string,
    here: string | null = null,
  ): Promise<void> {
    const id = by.personId;
    const { password_hash: from } = await this.existing(this.database.db, id);
    if (from !== null) {
      const wait = await this.throttle.attempt(GUESSES, id);
      if (wait > 0)
        throw new Problem(429, 'throttled', 'Too many wrong passwords. Wait some minutes.', undefined, {
          'retry-after': String(wait),
        });
      if (!(await isPassword(from, current)))
        throw new Problem(403, 'wrong-password', 'The current password is wrong.');
      await this.throttle.clear(GUESSES, id);
    }
    const to = await hashPassword(checked(next));
    await this.database.transaction(async (tx) => {
      if (!(await updatePassword(tx, id, { from, to })))
        throw new Problem(409, 'password-changed', 'The password was changed meanwhile.');
      await deleteSessionsOf(tx, id, here === null ? null : this.tokens.hash('session', here));
      await this.note(tx, by, from === null ? 'person.password_chosen' : 'person.password_changed', id, {
        via: by.via,
      });
    });
  }

  private async existing(tx: Executor, id: string): Promise<PersonRow> {
    const row = await selectPerson(tx, id);
    if (row === null) throw new Problem(404, 'no-such-person', 'There is no such person.');
    return row;
  }

  private async keepAnAdministrator(tx: Tx, id: string): Promise<void> {
    const administrators = await lockAdministrators(tx);
    if (administrators.length === 1 && administrators[0] === id)
      throw new Problem(409, 'last-administrator', 'The last administrator has to stay one.');
  }

  private note(
    tx: Tx,
    by: Actor,
    action: string,
    subject: string,
    detail: Record<string, string>,
  ): Promise<void> {
    return this.audit.record(tx, { actor: actorId(by), action, subject, detail });
  }
}

function checked(password: string): string {
  if (password.length >= SHORTEST_PASSWORD && password.length <= LONGEST_PASSWORD) return password;
  const message = `should have ${SHORTEST_PASSWORD} to ${LONGEST_PASSWORD} characters`;
  throw new Problem(400, 'bad-password', `The password ${message}.`, [{ path: 'password', message }]);
}

function toPerson(row: PersonRow): Person {
  return {
    id: row.id,
    email: row.email,
    name: row.name,
    role: row.role,
    disabled: row.disabled_at !== null,
    createdAt: row.created_at.toISOString(),
  };
}
