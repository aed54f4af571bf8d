import { type VNode } from 'preact';
import { PageHead, PostForm, Section } from '../layout/parts.js';
import { useView } from '../layout/view.js';

export interface AccountProps {
  readonly email: string;
  /** False until a first one was chosen. */
  readonly hasPassword: boolean;
  /** Why what was sent did not work. */
  readonly problem: string | null;
}

/** One's own sign-in. */
export function AccountPage({ email, hasPassword, problem }: AccountProps): VNode {
  const { actor } = useView();
  const lent = actor?.kind === 'person' && actor.via === 'lent';
  return (
    <>
      <PageHead title="Account" lead={`${actor?.name ?? ''}, ${email}`} />
      {lent ? (
        <p class="notice" role="status">
          You came in by a link that somebody else made, so you cannot sign yet.{' '}
          {hasPassword ? 'Sign out and in again with your password' : 'Choose a password and sign in with it'}{' '}
          to sign.
        </p>
      ) : null}
      {problem === null ? null : (
        <p class="notice bad" role="alert">
          {problem}
        </p>
      )}
      <Section title={hasPassword ? 'Change the password' : 'Choose a password'}>
        <PostForm action="/account/password" class="stack" aria-label="Password">
          <input type="hidden" name="email" autocomplete="username" value={email} />
          {hasPassword ? (
            <label>
              Current password
              <input
                type="password"
                name="current"
                autocomplete="current-password"
                required
                maxLength={256}
              />
            </label>
          ) : null}
          <label>
            New password (at least 8 characters)
            <input
              type="password"
              name="next"
              autocomplete="new-password"
              required
              minLength={8}
              maxLength={256}
            />
          </label>
          <p class="faint">Your sessions in other browsers end with it.</p>
          <button type="submit">{hasPassword ? 'Change it' : 'Choose it'}</button>
        </PostForm>
      </Section>
    </>
  );
}
