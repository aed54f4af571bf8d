import { type VNode } from 'preact';
import { type ImportAnswer, type ImportKind, type ImportSummary } from '../../imports/import.js';
import { Empty, Facts, IfMay, More, PageHead, Pill, PostForm, Section, Time } from '../layout/parts.js';
import { Watched } from '../playbook/watched.js';

const KINDS: Readonly<Record<ImportKind, string>> = {
  contacts: 'Contacts',
  consent: 'Consent',
  suppressions: 'Suppressions',
};
const COLUMNS: readonly (readonly [ImportKind, string])[] = [
  ['contacts', 'userId, email, phone, name, locale, timezone, country; any other column becomes a trait'],
  ['consent', 'userId, channel, topic, state (granted, denied, unknown), source (needed for granted), at'],
  ['suppressions', 'userId, email or phone; reason (unsubscribe, complaint, hard_bounce, …), at'],
];
const TONES = { queued: 'wait', running: 'wait', done: 'good', failed: 'bad' } as const;

export function ImportsPage({
  imports,
  older,
}: {
  imports: readonly ImportSummary[];
  older: string | null;
}): VNode {
  return (
    <>
      <PageHead
        title="Imports"
        lead="Files of contacts, consent or suppressions. Nothing is sent because of an import: no trigger fires."
      />
      <IfMay permission="profiles.write">
        <UploadForm kind="contacts" />
      </IfMay>
      <Section title="Taken in so far" hint="kept for ninety days">
        {imports.length === 0 ? (
          <Empty title="Nothing was imported yet" />
        ) : (
          <ImportsTable imports={imports} />
        )}
        <More href={older} />
      </Section>
    </>
  );
}

/** A dry run is what happens unless somebody says otherwise. */
function UploadForm({ kind }: { kind: ImportKind }): VNode {
  return (
    <Section title="Import a file" hint="CSV in UTF-8, up to 50 MB, gzipped if you like">
      <Facts rows={COLUMNS.map(([name, text]) => [KINDS[name], text])} />
      {/* Sent by the browser itself: it works the same without scripts. */}
      <PostForm action="/imports" class="stack" aria-label="Import a file" file>
        <label>
          What it holds
          <select name="kind">
            {COLUMNS.map(([name]) => (
              <option key={name} value={name} selected={name === kind}>
                {KINDS[name]}
              </option>
            ))}
          </select>
        </label>
        <label>
          File
          <input type="file" name="file" accept=".csv,.tsv,.txt,.gz,text/csv" required />
        </label>
        <label>
          How
          <select name="dryRun">
            <option value="true">Dry run first: count what would come of it, change nothing</option>
            <option value="false">Take it in</option>
          </select>
        </label>
        <button type="submit">Upload</button>
      </PostForm>
    </Section>
  );
}

function ImportsTable({ imports }: { imports: readonly ImportSummary[] }): VNode {
  return (
    <div class="table stacks">
      <table>
        <thead>
          <tr>
            <th>File of</th>
            <th>State</th>
            <th class="num">Lines</th>
            <th class="num">Good</th>
            <th class="num">Bad</th>
            <th>When</th>
          </tr>
        </thead>
        <tbody>
          {imports.map((each) => (
            <tr key={each.id}>
              <td>
                <a class="row" href={`/imports/${each.id}`}>
                  {KINDS[each.kind]}
                </a>
                {each.dryRun ? <small>dry run</small> : null}
              </td>
              <td data-label="State">
                <Pill tone={TONES[each.state]}>{each.state}</Pill>
              </td>
              <td class="num" data-label="Lines">
                {each.counts.lines}
              </td>
              <td class="num" data-label="Good">
                {each.counts.good}
              </td>
              <td class="num" data-label="Bad">
                {each.counts.bad}
              </td>
              <td data-label="When">
                <Time at={each.createdAt} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export function ImportPage({ found }: { found: ImportAnswer }): VNode {
  const running = found.state === 'queued' || found.state === 'running';
  return (
    <>
      <PageHead
        title={found.dryRun ? `Dry run: ${KINDS[found.kind].toLowerCase()}` : KINDS[found.kind]}
        lead={
          <>
            Uploaded <Time at={found.createdAt} />. <a href="/imports">All imports</a>
          </>
        }
      />
      <Watched id="import" page={`/imports/${found.id}`} running={running}>
        <Outcome found={found} running={running} />
        <BadLines found={found} />
      </Watched>
      {found.dryRun && found.state === 'done' ? (
        <IfMay permission="profiles.write">
          <UploadForm kind={found.kind} />
        </IfMay>
      ) : null}
    </>
  );
}

function Outcome({ found, running }: { found: ImportAnswer; running: boolean }): VNode {
  const { counts } = found;
  const would = found.dryRun ? 'would be ' : '';
  return (
    <Section
      title={
        <>
          What came of it <Pill tone={TONES[found.state]}>{found.state}</Pill>
        </>
      }
      hint={running ? <a href={`/imports/${found.id}`}>look again</a> : undefined}
    >
      {found.error === null ? null : <p class="notice bad">{found.error}</p>}
      {found.warnings.map((warning) => (
        <p key={warning} class="notice wait">
          {warning}
        </p>
      ))}
      <Facts
        rows={[
          ['Lines', running ? `${counts.lines} so far` : String(counts.lines)],
          ['Good', String(counts.good)],
          [`Of these ${would}created`, String(counts.created)],
          [`${would}updated`, String(counts.updated)],
          ['unchanged', String(counts.unchanged)],
          ['Bad', String(counts.bad)],
          ['Ended', found.finishedAt === null ? null : <Time key="ended" at={found.finishedAt} />],
        ]}
      />
      {found.dryRun && found.state === 'done' ? (
        <p>
          Nothing was changed, and the file is not kept: choose it again below to take it in. Bad lines are
          left out then too.
        </p>
      ) : null}
    </Section>
  );
}

function BadLines({ found: { badLines, badLinesLeftOut } }: { found: ImportAnswer }): VNode | null {
  if (badLines.length === 0) return null;
  return (
    <Section title="Bad lines" hint="left out; the others were taken">
      <div class="table stacks">
        <table>
          <thead>
            <tr>
              <th class="num">Line</th>
              <th>Column</th>
              <th>What is wrong</th>
            </tr>
          </thead>
          <tbody>
            {badLines.map(({ line, path, message }, i) => (
              <tr key={i}>
                <td class="num" data-label="Line">
                  {line}
                </td>
                <td data-label="Column">{path === '' ? 'the line' : path}</td>
                <td>{message}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {badLinesLeftOut === 0 ? null : <p>And {badLinesLeftOut} more.</p>}
    </Section>
  );
}
