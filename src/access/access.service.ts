import { Injectable } from '@nestjs/common';
import { AuditService } from '../audit/index.js';
import { type Environment } from '../config/environment.js';
import { Database } from '../platform/database/index.js';
import { Clock } from '../shared/clock.js';
import { Ids } from '../shared/ids.js';
import { type Actor } from './actor.js';
import { claimFirstStart, insertPerson, selectPeople } from './access.repository.js';
import { hashPassword } from './password.js';
import { normalEmail } from './people.service.js';
import { SessionsService } from './sessions.service.js';
import { newToken, TokensService } from './tokens.service.js';

const DEFAULT_ADMINISTRATOR = 'administrator@example.com';

/** What the start needs to know of the people. */
export interface Bootstrapped {
  readonly administrator: { readonly personId: string; readonly name: string };
  /** Lines for the terminal: what was generated, and is shown now or never. */
  readonly printed: readonly string[];
}

/** The deployment's doors: write keys for signals, and the first start. */
@Injectable()
export class AccessService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly ids: Ids,
    private readonly audit: AuditService,
    private readonly tokens: TokensService,
    private readonly sessions: SessionsService,
  ) {}

  /** The write key that this text is; null when there is none such, or it was revoked. Remembered for some seconds. */
  writeKey(key: string): Promise<{ id: string } | null> {
    return this.tokens.writeKey(key);
  }

  /**
   * A one-time sign-in link for a person, good for 15 minutes: the whole address. What it begins may sign only when nobody else made it.
   * @param by who made it; `system` for the start itself, which shows it on the terminal of whoever runs the service.
   */
  signInLink(personId: string, by: Actor | 'system'): Promise<string> {
    return this.sessions.link(personId, by);
  }

  /** Makes the administrator, their personal token and the write key at the first start; later starts find the administrator. */
  async bootstrap(environment: Environment): Promise<Bootstrapped> {
    const printed: string[] = [];
    const generated = (what: string, given: string | undefined, make: () => string): string => {
      if (given !== undefined) return given;
      const value = make();
      printed.push(`${what}: ${value}`);
      return value;
    };
    const email = generated('Administrator', environment.BOOTSTRAP_ADMIN_EMAIL, () => DEFAULT_ADMINISTRATOR);
    const password = generated('Password', environment.BOOTSTRAP_ADMIN_PASSWORD, () => newToken('pw'));
    const writeKey = generated('Write key', environment.BOOTSTRAP_WRITE_KEY, () => newToken('wk'));
    const apiKey = generated('API token', environment.BOOTSTRAP_API_KEY, () => newToken('cs'));
    const known = await this.administrator();
    if (known !== null) return { administrator: known, printed: [] };

    const passwordHash = await hashPassword(password);
    const first = await this.database.transaction(async (tx) => {
      const at = this.clock.now();
      if (!(await claimFirstStart(tx, at))) return false;
      const id = this.ids.make('per');
      await insertPerson(tx, {
        id,
        email: normalEmail(email),
        name: 'Administrator',
        role: 'administrator',
        password_hash: passwordHash,
        created_at: at,
      });
      await this.tokens.insertPersonal(tx, 'first start', id, 'administrator', apiKey);
      await this.tokens.insertWriteKey(tx, 'first start', writeKey);
      await this.audit.record(tx, {
        actor: 'system',
        action: 'person.created',
        subject: id,
        detail: { role: 'administrator' },
      });
      return true;
    });
    const administrator = await this.administrator();
    if (administrator === null) throw new Error('there is no active administrator in the database');
    return { administrator, printed: first ? printed : [] };
  }

  private async administrator(): Promise<{ personId: string; name: string } | null> {
    const people = await selectPeople(this.database.db);
    const first = people.find((person) => person.role === 'administrator' && person.disabled_at === null);
    return first === undefined ? null : { personId: first.id, name: first.name };
  }
}
