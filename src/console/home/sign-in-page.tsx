import { type VNode } from 'preact';

export type SignInProblem = 'wrong' | 'throttled' | 'link' | null;

const PROBLEMS: Readonly<Record<Exclude<SignInProblem, null>, string>> = {
  wrong: 'That e-mail address and password do not belong together.',
  throttled: 'Too many attempts. Wait some minutes and try again.',
  link: 'That sign-in link was used already or is too old. Sign in with your password.',
};

export function SignInPage({
  next,
  problem,
  email,
}: {
  next: string;
  problem: SignInProblem;
  email: string;
}): VNode {
  return (
    <>
      <p class="brand">Countersign</p>
      <h1>Sign in</h1>
      {problem === null ? null : (
        <p class="notice bad" role="alert">
          {PROBLEMS[problem]}
        </p>
      )}
      <form method="post" action="/sign-in" hx-boost="false" class="card">
        <input type="hidden" name="next" value={next} />
        <label>
          E-mail
          <input
            type="email"
            name="email"
            autocomplete="username"
            required
            value={email}
            autoFocus={email === ''}
          />
        </label>
        <label>
          Password
          <input
            type="password"
            name="password"
            autocomplete="current-password"
            required
            autoFocus={email !== ''}
          />
        </label>
        <button type="submit">Sign in</button>
      </form>
      <p class="faint">
        Nothing risky leaves without a person’s signature on the exact words. The signature is yours, so sign
        in as yourself.
      </p>
    </>
  );
}

/** Before a one-time link is used up: a person has to press, because scanners follow every link. */
export function LinkPage({ token, name }: { token: string; name: string }): VNode {
  return (
    <>
      <p class="brand">Countersign</p>
      <h1>Sign in as {name}</h1>
      <form method="post" action={`/sign-in/link/${encodeURIComponent(token)}`} hx-boost="false" class="card">
        <p>This link works once.</p>
        <button type="submit" autoFocus>
          Sign in
        </button>
      </form>
    </>
  );
}
