import { type VNode } from 'preact';
import { type FieldError } from '../../platform/http/index.js';
import { PageHead } from './parts.js';

const TITLES: Readonly<Record<number, string>> = {
  400: 'That was not understood',
  403: 'Not allowed for your role',
  404: 'Not found',
  409: 'Somebody was faster',
  410: 'Too late',
  429: 'Too many attempts',
};

export function ErrorPage({
  status,
  detail,
  errors,
}: {
  status: number;
  detail: string;
  errors: readonly FieldError[];
}): VNode {
  return (
    <>
      <PageHead title={TITLES[status] ?? 'That did not work'} lead={detail} />
      {errors.length === 0 ? null : (
        <ul>
          {errors.map((error) => (
            <li key={error.path}>
              <code>{error.path}</code> {error.message}
            </li>
          ))}
        </ul>
      )}
      <p>
        <a href="/">Back to the start</a>
      </p>
    </>
  );
}
