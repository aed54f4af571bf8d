import { type VNode } from 'preact';
import { PageHead } from './parts.js';

const TITLES: Readonly<Record<number, string>> = {
  400: 'That was not understood',
  401: 'Sign in first',
  403: 'That is not allowed',
  404: 'Not found',
  409: 'Somebody was faster',
  410: 'Too late',
  429: 'Too many attempts',
};

export function ErrorPage({ status, detail }: { status: number; detail: string }): VNode {
  return (
    <>
      <PageHead title={TITLES[status] ?? 'That did not work'} lead={detail} />
      <p>
        <a href={status === 401 ? '/sign-in' : '/'}>{status === 401 ? 'Sign in' : 'Back to the start'}</a>
      </p>
    </>
  );
}
