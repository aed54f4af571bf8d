import { type VNode } from 'preact';
import { type ApiToken, type Person, ROLES, type WriteKey } from '../../access/index.js';
import { Empty, PageHead, Pill, PostForm, Section, Time } from '../layout/parts.js';
import { useView } from '../layout/view.js';

export interface TeamProps {
  readonly people: readonly Person[];
  readonly tokens: readonly ApiToken[];
  readonly writeKeys: readonly WriteKey[];
  readonly lastSignIns: ReadonlyMap<string, Date>;
  readonly lastSignals: ReadonlyMap<string, Date>;
  /** Something that can be read this once, right after it was made. */
  readonly fresh: { readonly what: string; readonly value: string; readonly hint: string } | null;
}

const ROLE_WORDS: Readonly<Record<(typeof ROLES)[number], string>> = {
  viewer: 'viewer: may look',
  marketer: 'marketer: reviews, tasks, pauses',
  strategist: 'strategist: and the playbook',
  developer: 'developer: and the API, retries',
  administrator: 'administrator: and people and keys',
};

export function TeamPage(props: TeamProps): VNode {
  return (
    <>
      <PageHead
        title="Team & keys"
        lead="Who signs in, and what machines may do. A signature is a named person’s; a service token cannot sign."
      />
      {props.fresh === null ? null : <Fresh fresh={props.fresh} />}
      <People {...props} />
      <Tokens {...props} />
      <WriteKeys {...props} />
    </>
  );
}

function Fresh({ fresh }: { fresh: NonNullable<TeamProps['fresh']> }): VNode {
  return (
    <div class="notice good" role="status">
      <p>
        <strong>{fresh.what}</strong>. It is shown this once:
      </p>
      <pre class="secret">{fresh.value}</pre>
      <p>{fresh.hint}</p>
    </div>
  );
}

function RoleSelect({ current }: { current: string }): VNode {
  return (
    <select name="role" aria-label="Role">
      {ROLES.map((role) => (
        <option key={role} value={role} selected={role === current}>
          {ROLE_WORDS[role]}
        </option>
      ))}
    </select>
  );
}

function People({ people, lastSignIns }: TeamProps): VNode {
  const { actor } = useView();
  const me = actor?.kind === 'person' ? actor.personId : null;
  return (
    <Section title="People">
      <div class="table stacks">
        <table>
          <thead>
            <tr>
              <th>Name</th>
              <th>Role</th>
              <th>Last signed in</th>
              <th />
            </tr>
          </thead>
          <tbody>
            {people.map((person) => (
              <tr key={person.id}>
                <td>
                  <span class="strong">{person.name}</span> {person.id === me ? <Pill>you</Pill> : null}{' '}
                  {person.disabled ? <Pill tone="bad">disabled</Pill> : null}
                  <small>{person.email}</small>
                </td>
                <td>
                  <PostForm
                    action={`/team/people/${person.id}/role`}
                    class="inline"
                    aria-label={`Role of ${person.name}`}
                  >
                    <RoleSelect current={person.role} />
                    <button type="submit" class="secondary small">
                      Change
                    </button>
                  </PostForm>
                </td>
                <td data-label="Signed in">
                  <Time at={lastSignIns.get(person.id) ?? null} />
                </td>
                <td>
                  <div class="buttons">
                    <PostForm action={`/team/people/${person.id}/link`} class="row-action">
                      <button type="submit" class="secondary small">
                        Sign-in link
                      </button>
                    </PostForm>
                    {person.id === me ? null : (
                      <PostForm
                        action={`/team/people/${person.id}/${person.disabled ? 'enable' : 'disable'}`}
                        class="row-action"
                      >
                        <button type="submit" class="secondary small">
                          {person.disabled ? 'Enable' : 'Disable'}
                        </button>
                      </PostForm>
                    )}
                  </div>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <details>
        <summary>Add a person</summary>
        <PostForm action="/team/people" class="stack" aria-label="Add a person">
          <label>
            Name
            <input name="name" required maxLength={200} />
          </label>
          <label>
            E-mail
            <input type="email" name="email" required maxLength={320} />
          </label>
          <label>
            Role
            <RoleSelect current="marketer" />
          </label>
          <label>
            Password (at least 8 characters; empty: they come in by a sign-in link)
            <input type="password" name="password" autocomplete="new-password" maxLength={256} />
          </label>
          <button type="submit">Add</button>
        </PostForm>
      </details>
    </Section>
  );
}

function Tokens({ tokens, people }: TeamProps): VNode {
  const live = tokens.filter((token) => token.revokedAt === null);
  const revoked = tokens.filter((token) => token.revokedAt !== null);
  return (
    <Section title="API tokens" hint="Bearer tokens for everything but signals">
      {live.length === 0 ? (
        <Empty title="No token is in force" />
      ) : (
        <TokenTable tokens={live} people={people} />
      )}
      {revoked.length === 0 ? null : (
        <details>
          <summary>{revoked.length} revoked</summary>
          <TokenTable tokens={revoked} people={people} />
        </details>
      )}
      <details>
        <summary>Make a token</summary>
        <PostForm action="/team/tokens" class="stack" aria-label="Make a token">
          <label>
            Name: what uses it
            <input name="name" required maxLength={200} />
          </label>
          <label>
            Kind
            <select name="kind">
              <option value="personal">personal: acts for you, may sign what you may</option>
              <option value="service">service: acts for nobody, may not sign</option>
            </select>
          </label>
          <label>
            Role of a service token
            <RoleSelect current="developer" />
          </label>
          <button type="submit">Make it</button>
        </PostForm>
      </details>
    </Section>
  );
}

function TokenTable({ tokens, people }: { tokens: readonly ApiToken[]; people: readonly Person[] }): VNode {
  const names = new Map(people.map((person) => [person.id, person.name]));
  return (
    <div class="table stacks">
      <table>
        <thead>
          <tr>
            <th>Name</th>
            <th>Acts for</th>
            <th>Made</th>
            <th />
          </tr>
        </thead>
        <tbody>
          {tokens.map((token) => (
            <tr key={token.id}>
              <td>{token.name}</td>
              <td>
                {token.personId === null
                  ? `nobody: a service, as ${token.role}`
                  : (names.get(token.personId) ?? token.personId)}
              </td>
              <td data-label="Made">
                <Time at={token.createdAt} />
              </td>
              <td>
                {token.revokedAt === null ? (
                  <Revoke action={`/team/tokens/${token.id}/revoke`} />
                ) : (
                  <>
                    revoked <Time at={token.revokedAt} />
                  </>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Revoke({ action }: { action: string }): VNode {
  return (
    <PostForm action={action} class="row-action">
      <button type="submit" class="secondary small">
        Revoke
      </button>
    </PostForm>
  );
}

function WriteKeys({ writeKeys, lastSignals }: TeamProps): VNode {
  return (
    <Section title="Write keys" hint="may send signals and nothing else; they are public">
      {writeKeys.length === 0 ? <Empty title="No write key was made yet" /> : null}
      {writeKeys.length === 0 ? null : (
        <div class="table stacks">
          <table>
            <thead>
              <tr>
                <th>Name</th>
                <th>Made</th>
                <th>Last signal</th>
                <th />
              </tr>
            </thead>
            <tbody>
              {writeKeys.map((key) => (
                <tr key={key.id}>
                  <td>
                    {key.name} {key.revokedAt === null ? null : <Pill tone="bad">revoked</Pill>}
                    <small>
                      <code>{key.id}</code>
                    </small>
                  </td>
                  <td data-label="Made">
                    <Time at={key.createdAt} />
                  </td>
                  <td data-label="Last signal">
                    <Time at={lastSignals.get(key.id) ?? null} />
                  </td>
                  <td>
                    {key.revokedAt === null ? <Revoke action={`/team/write-keys/${key.id}/revoke`} /> : null}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <PostForm action="/team/write-keys" class="inline" aria-label="Make a write key">
        <input
          type="text"
          name="name"
          required
          maxLength={200}
          placeholder="Name of the site or app"
          aria-label="Name of the new write key"
        />
        <button type="submit" class="secondary">
          Make a write key
        </button>
      </PostForm>
    </Section>
  );
}
