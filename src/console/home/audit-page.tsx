import { type VNode } from 'preact';
import { Empty, More, PageHead, Short, Time } from '../layout/parts.js';
import { codeWords } from '../layout/words.js';
import { type AuditLine } from './home.read-model.js';

export function AuditPage({
  lines,
  older,
  seal,
  subject,
}: {
  lines: readonly AuditLine[];
  older: string | null;
  seal: { readonly seals: number; readonly unsealed: number; readonly lastHash: string | null };
  subject: string | null;
}): VNode {
  return (
    <>
      <PageHead
        title="Audit log"
        lead={
          <>
            {seal.seals} seals, {seal.unsealed} entries not sealed yet
            {seal.lastHash === null ? null : (
              <>
                , last seal <code>{seal.lastHash}</code>
              </>
            )}
            . <code>npm run verify</code> checks the whole chain and prints the last seal: kept outside, it
            tells whether the end was cut off.
          </>
        }
      />
      {subject === null ? null : (
        <p>
          About <Short id={subject} length={40} /> · <a href="/audit">everything</a>
        </p>
      )}
      {lines.length === 0 ? (
        <Empty title="No entries">
          <p>
            Every signature, activation, pause, sign-in and change of rights is written here and sealed a
            moment later.
          </p>
        </Empty>
      ) : (
        <div class="table stacks">
          <table>
            <thead>
              <tr>
                <th>When</th>
                <th>Who</th>
                <th>Did</th>
                <th>About</th>
                <th>Detail</th>
              </tr>
            </thead>
            <tbody>
              {lines.map((line) => (
                <tr key={line.seq}>
                  <td class="nowrap">
                    <Time at={line.at} />
                  </td>
                  <td>{line.actorName ?? line.actor}</td>
                  <td>{codeWords(line.action.replaceAll('.', ' '))}</td>
                  <td>
                    <a href={subjectHref(line.subject)}>
                      <Short id={line.subject} length={16} />
                    </a>
                  </td>
                  <td>
                    <Detail value={line.detail} />
                    {line.sealedIn === null ? <small>not sealed yet</small> : null}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <More href={older} />
    </>
  );
}

/** Where an audit entry's subject can be looked at; everything else is narrowed down to. */
function subjectHref(subject: string): string {
  const [prefix] = subject.split('_');
  switch (prefix) {
    case 'rev':
      return `/reviews/${subject}`;
    case 'msg':
      return `/messages/${subject}`;
    case 'dec':
      return `/decisions/${subject}`;
    case 'prf':
      return `/people/${subject}`;
    default:
      return `/audit?subject=${encodeURIComponent(subject)}`;
  }
}

function Detail({ value }: { value: unknown }): VNode {
  if (typeof value !== 'object' || value === null) return <></>;
  const text = Object.entries(value)
    .map(
      ([name, member]) =>
        `${codeWords(name)}: ${typeof member === 'object' ? JSON.stringify(member) : String(member)}`,
    )
    .join(', ');
  return <small>{text.length > 240 ? `${text.slice(0, 240)}…` : text}</small>;
}
