import { type ComponentChildren, type VNode } from 'preact';
import { type Finding } from '../../policies/bundle.js';
import { changeWords, type ItemChange } from '../../policies/diff.js';
import { type Guardrail } from '../../policies/playbook.js';
import { type DraftCheck } from '../../policies/draft-check.js';
import { type Proposal } from '../../policies/index.js';
import { LARGEST_FILE, TOO_LARGE } from '../../policies/playbook-files.js';
import { type FieldError } from '../../platform/http/problem.js';
import { type ReplayAnswer } from '../../rehearsal/replay-answer.js';
import { type SimulationAnswer } from '../../rehearsal/simulation-answer.js';
import {
  BundleLink,
  Empty,
  Facts,
  IfMay,
  PageHead,
  Pill,
  PostForm,
  Section,
  Short,
  Time,
} from '../layout/parts.js';
import { useView } from '../layout/view.js';
import { type Tone } from '../layout/words.js';
import { type ChangeSet } from './change-set.js';
import { memberWords, ruleWords } from './change-words.js';
import { hunks, lineDiff } from './line-diff.js';
import { ReplayView } from './replay-view.js';
import { SimulationSection } from './simulation-view.js';
import { Watched } from './watched.js';

const TONES: Readonly<Record<Proposal['state'], Tone>> = {
  open: 'wait',
  approved: 'good',
  activated: 'good',
  rejected: 'bad',
  withdrawn: 'quiet',
};

/** How a proposal stands, in words. */
function standing({ state, needed, verdicts }: Proposal): string {
  if (state !== 'open') return state;
  const agreed = verdicts.filter(({ verdict }) => verdict === 'approve').length;
  return `${agreed} of ${needed} agreed`;
}

export function ProposalsPage({ proposals }: { proposals: readonly Proposal[] }): VNode {
  return (
    <>
      <PageHead
        title="Proposals"
        lead="Changes of the playbook: somebody proposes, somebody else agrees, then it can be put in force."
      >
        <IfMay permission="policies.write">
          <a href="/playbook/edit" role="button">
            Propose a change
          </a>
        </IfMay>
        <a href="/playbook/vocabulary" role="button" class="secondary">
          Vocabulary
        </a>
      </PageHead>
      {proposals.length === 0 ? (
        <Empty title="Nothing was proposed yet">
          <p>A proposal shows which rules change, what its tests say, and whom it would have reached.</p>
        </Empty>
      ) : (
        <div class="table stacks">
          <table>
            <thead>
              <tr>
                <th>Proposal</th>
                <th>Changes</th>
                <th>By</th>
                <th>State</th>
              </tr>
            </thead>
            <tbody>
              {proposals.map((proposal) => (
                <tr key={proposal.id}>
                  <td>
                    <a class="strong" href={`/playbook/proposals/${proposal.id}`}>
                      {proposal.title}
                    </a>
                    <small>
                      <Time at={proposal.createdAt} />
                    </small>
                  </td>
                  <td>
                    {proposal.changes.length === 1
                      ? proposal.changes.map(changeWords)
                      : `${proposal.changes.length} items`}
                    <small>{proposal.severity}</small>
                  </td>
                  <td>{proposal.author.name}</td>
                  <td>
                    <Pill tone={TONES[proposal.state]}>{standing(proposal)}</Pill>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </>
  );
}

/** What was tried and refused, said above what it was tried on. */
export interface Refusal {
  readonly detail: string;
  readonly errors: readonly FieldError[];
}

function RefusalNotice({ refusal, text }: { refusal: Refusal; text?: string }): VNode {
  const lines = text?.split('\n') ?? [];
  return (
    <div class="notice bad" role="alert">
      <p>
        <strong>{refusal.detail}</strong>
      </p>
      {refusal.errors.length === 0 ? null : (
        <ul>
          {refusal.errors.map(({ path, message }) => {
            const line = /:(\d+):\d+$/.exec(path)?.[1];
            const source = line === undefined ? undefined : lines[Number(line) - 1];
            return (
              <li key={`${path} ${message}`}>
                <code>{path}</code> <LinkedProposals text={message} />
                {source === undefined || source.trim() === '' ? null : <pre>{source}</pre>}
              </li>
            );
          })}
        </ul>
      )}
    </div>
  );
}

const PROPOSAL_ID = /\((prp_[0-9a-z]+)\)/;

/** A text in which a proposal is named by its id, with the way to it. */
function LinkedProposals({ text }: { text: string }): VNode {
  return (
    <>
      {text.split(PROPOSAL_ID).map((part, i) =>
        i % 2 === 0 ? (
          part
        ) : (
          <>
            (<a href={`/playbook/proposals/${part}`}>look at it</a>)
          </>
        ),
      )}
    </>
  );
}

export function ProposalPage({
  proposal,
  inForce,
  replay,
  simulation,
  refusal,
  warnings,
  rules,
  files,
}: {
  proposal: Proposal;
  /** The hash of the playbook in force. */
  inForce: string;
  replay: ReplayAnswer | null;
  /** The latest one. */
  simulation: SimulationAnswer | null;
  refusal: Refusal | null;
  /** What is probably not meant, and was not there before. */
  warnings: readonly Finding[];
  /** Those that came in or were taken out, by item. */
  rules: ReadonlyMap<string, Guardrail>;
  /** Files that differ, with both texts. */
  files: readonly { readonly path: string; readonly before: string | null; readonly after: string | null }[];
}): VNode {
  const { tests } = proposal;
  return (
    <>
      <PageHead
        title={proposal.title}
        lead={
          <>
            {proposal.author.name} <Time at={proposal.createdAt} />, against{' '}
            <BundleLink hash={proposal.base} />: <LinkedProposals text={proposal.reason} />
            {proposal.writers?.some(({ id }) => proposal.origin === 'folder' || id !== proposal.author.id) ===
            true
              ? ` Written by ${proposal.writers.map(({ name }) => name).join(', ')}.`
              : null}
          </>
        }
      >
        <Pill tone={TONES[proposal.state]}>{standing(proposal)}</Pill>
      </PageHead>
      {refusal === null ? null : <RefusalNotice refusal={refusal} />}
      <Changes changes={proposal.changes} rules={rules} />
      {warnings.length === 0 ? null : (
        <Section title="Probably not meant">
          <ul>
            {warnings.map(({ file, line, message }) => (
              <li key={`${file}:${line} ${message}`}>
                <code>
                  {file}:{line}
                </code>{' '}
                {message}
              </li>
            ))}
          </ul>
        </Section>
      )}
      <Section title="Tests">
        {tests.failures.length === 0 ? (
          <p>
            <Pill tone="good">{tests.passed} passed</Pill>
          </p>
        ) : (
          <div class="notice bad">
            <p>
              <strong>{tests.failures.length} fail</strong>, so nobody can agree to it.
            </p>
            <ul>
              {tests.failures.map(({ test, place, mismatches }) => (
                <li key={test}>
                  <code>
                    {place.file}:{place.line}
                  </code>{' '}
                  {test}
                  {mismatches.map(({ member, expected, got }) => (
                    <div key={`${member} ${expected}`}>
                      <small>
                        {member}: expected {expected}, got {got}
                      </small>
                    </div>
                  ))}
                </li>
              ))}
            </ul>
          </div>
        )}
      </Section>
      <Section title="Replay" hint="what it would have done in the last 90 days">
        {replay === null ? (
          <p>There is none.</p>
        ) : (
          <Watched
            id="replay"
            page={`/playbook/proposals/${proposal.id}`}
            running={replay.state === 'running'}
          >
            <ReplayView replay={replay} />
          </Watched>
        )}
        {proposal.changes.some(({ item }) => item.startsWith('triggers/')) ? (
          <p class="faint">
            It changes triggers. Replayed are the occasions on which one fired; what would fire newly, or at
            another time, is told by a simulation only.
          </p>
        ) : null}
      </Section>
      <SimulationSection proposal={proposal.id} simulation={simulation} />
      <Section title="Files">
        {files.map((file) => (
          <FileDiff key={file.path} file={file} open={files.length === 1} />
        ))}
      </Section>
      <Verdicts proposal={proposal} />
      <Decide proposal={proposal} inForce={inForce} />
    </>
  );
}

const LINES_AROUND = 3;

export function FileDiff({
  file,
  open,
}: {
  file: { readonly path: string; readonly before: string | null; readonly after: string | null };
  open: boolean;
}): VNode {
  const { path, before, after } = file;
  return (
    <details class="raw" open={open}>
      <summary>
        {path}
        {before === null ? ', new' : after === null ? ', taken out' : ''}
      </summary>
      {hunks(lineDiff(before, after), LINES_AROUND).map((lines, i) => (
        <pre key={i} class="diff">
          {lines.map(({ kind, text }) =>
            kind === 'gone' ? (
              <del>{`- ${text}\n`}</del>
            ) : kind === 'new' ? (
              <ins>{`+ ${text}\n`}</ins>
            ) : (
              `  ${text}\n`
            ),
          )}
        </pre>
      ))}
    </details>
  );
}

export function Changes({
  changes,
  rules,
  title = 'What would be otherwise',
  hint,
}: {
  changes: readonly ItemChange[];
  rules: ReadonlyMap<string, Guardrail>;
  title?: string;
  hint?: ComponentChildren;
}): VNode {
  return (
    <Section title={title} {...(hint === undefined ? {} : { hint })}>
      <div class="table stacks">
        <table>
          <tbody>
            {changes.map((change) => (
              <tr key={change.item}>
                <td>
                  <span class="strong">{changeWords(change)}</span>
                  <small>
                    {change.title}
                    {change.owner === null ? '' : `, ${change.owner}`}
                  </small>
                </td>
                <td>
                  <Pill tone={change.effect === 'loosened' ? 'wait' : 'quiet'}>
                    {change.effect ?? change.change}
                  </Pill>{' '}
                  <Pill tone={change.severity === 'critical' ? 'bad' : 'quiet'}>{change.severity}</Pill>
                </td>
                <td>
                  {/* A rule that came in or was taken out is told as a sentence below. */}
                  {(rules.has(change.item) ? [] : change.members).map(({ member, before, after }) => {
                    const words = memberWords(change.item, member, before, after);
                    return (
                      <div key={member}>
                        <small>{member}</small>
                        {words.gone.map((each) => (
                          <div key={each}>
                            <del>{each}</del>
                          </div>
                        ))}
                        {words.new.map((each) => (
                          <div key={each}>
                            <ins>{each}</ins>
                          </div>
                        ))}
                      </div>
                    );
                  })}
                  <WholeRule rule={rules.get(change.item)} change={change.change} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  );
}

/** What a rule that is new says, or said that is taken out. */
function WholeRule({
  rule,
  change,
}: {
  rule: Guardrail | undefined;
  change: ItemChange['change'];
}): VNode | null {
  if (rule === undefined) return null;
  return change === 'removed' ? <del>{ruleWords(rule)}</del> : <ins>{ruleWords(rule)}</ins>;
}

function Verdicts({ proposal }: { proposal: Proposal }): VNode {
  if (proposal.verdicts.length === 0) return <></>;
  return (
    <Section title="Verdicts">
      <div class="card">
        <Facts
          rows={proposal.verdicts.map(({ by, verdict, note, at }) => [
            by.name,
            <>
              {verdict === 'approve' ? 'agreed' : 'refused'} <Time at={at} />
              {note === null ? null : <>: {note}</>}
            </>,
          ])}
        />
      </div>
    </Section>
  );
}

function Decide({ proposal, inForce }: { proposal: Proposal; inForce: string }): VNode {
  const { actor } = useView();
  const { id, state, bundle, base } = proposal;
  if (state !== 'open' && state !== 'approved') return <></>;
  const isMine = actor?.kind === 'person' && actor.personId === proposal.author.id;
  const isWriter =
    actor?.kind === 'person' && proposal.writers?.some((writer) => writer.id === actor.personId) === true;
  return (
    <Section title="Decide">
      {base === inForce ? null : <BaseMoved proposal={proposal} inForce={inForce} />}
      <IfMay permission="policies.activate">
        <PostForm action={`/playbook/proposals/${id}/verdict`} class="card">
          <label>
            Note
            <textarea name="note" rows={2} maxLength={4000} />
          </label>
          <footer>
            {state === 'open' && !isMine && !isWriter ? (
              <button type="submit" name="verdict" value="approve">
                Agree
              </button>
            ) : null}
            {isMine ? (
              <button type="submit" name="verdict" value="withdraw" class="secondary">
                Withdraw
              </button>
            ) : isWriter ? (
              'You wrote it, so others decide on it.'
            ) : (
              <button type="submit" name="verdict" value="reject" class="secondary">
                Refuse
              </button>
            )}
          </footer>
        </PostForm>
        {state === 'approved' && base === inForce ? (
          <PostForm action={`/playbook/bundles/${bundle}/activate`} class="card">
            <p>
              Everybody who has to has agreed. From then on it decides, and its templates are signed in your
              name.
            </p>
            <input type="hidden" name="proposal" value={id} />
            <footer>
              <button type="submit">Activate and sign</button>
            </footer>
          </PostForm>
        ) : null}
      </IfMay>
    </Section>
  );
}

/** What can be done with a proposal that would take back what came into force since it was made. */
function BaseMoved({ proposal: { id, origin }, inForce }: { proposal: Proposal; inForce: string }): VNode {
  return (
    <div class="notice">
      <p>
        Another playbook, <BundleLink hash={inForce} />, came into force since: activating this one would undo
        that.
      </p>
      {origin === 'folder' ? (
        <p>Bring what is in force into the folder, too: the next start proposes it anew.</p>
      ) : (
        <IfMay permission="policies.write">
          <PostForm action={`/playbook/proposals/${id}/again`}>
            <p>
              The same change can be made on the playbook in force. It is checked, tested and replayed anew,
              others agree to it anew, and this proposal is withdrawn.
            </p>
            <button type="submit">Propose on what is in force</button>
          </PostForm>
        </IfMay>
      )}
    </div>
  );
}

export interface EditProps extends ChangeSet {
  readonly base: string;
  readonly paths: readonly string[];
  readonly title: string;
  readonly reason: string;
  /** Where to begin. */
  readonly line: number | null;
  readonly refusal: Refusal | null;
  /** What was found in the text, when that was asked for. */
  readonly check: DraftCheck | null;
}

export function EditPage(props: EditProps): VNode {
  const { base, paths, path, text, others, title, reason, line, refusal, check } = props;
  const { assets } = useView();
  return (
    <>
      <PageHead
        title="Propose a change"
        lead={
          <>
            Of the playbook in force, <Short id={base} />. It is checked, tested and replayed; nothing changes
            until somebody else agrees.
          </>
        }
      >
        <a href="/playbook/vocabulary" role="button" class="secondary" target="_blank">
          Vocabulary
        </a>
      </PageHead>
      {refusal === null ? null : <RefusalNotice refusal={refusal} text={text} />}
      <PostForm action="/playbook/proposals" class="edit">
        {/* What Enter in a field stands for: the first button of a form. */}
        <button type="submit" class="default" tabIndex={-1} aria-hidden="true">
          Propose
        </button>
        <input type="hidden" name="base" value={base} />
        <input type="hidden" name="others" value={JSON.stringify(others)} />
        <OtherFilesList others={others} />
        <div class="inline">
          <label>
            File
            <select name="next">
              {paths.map((each) => (
                <option key={each} value={each} selected={each === path}>
                  {each}
                </option>
              ))}
            </select>
          </label>
          <EditButton name="open" value="">
            Open
          </EditButton>
        </div>
        <label>
          Path
          <input name="path" value={path} required maxLength={200} />
        </label>
        <label for="file-text">Text</label>
        <textarea
          id="file-text"
          name="text"
          class="code"
          rows={30}
          spellcheck={false}
          aria-label="The file’s text"
          data-largest={LARGEST_FILE}
          data-too-large={TOO_LARGE}
          {...(assets.editor === null ? {} : { 'data-editor': assets.editor })}
          {...(line === null ? {} : { 'data-line': line })}
        >
          {`\n${text}`}
        </textarea>
        <p id="editor-keys" class="hint" hidden>
          Ctrl-Space offers what could stand here, Enter takes it; F8 goes to the next mark; Tab leaves the
          editor.
        </p>
        <DraftNotes check={check} text={text} />
        <label>
          Title
          <input name="title" value={title} required maxLength={200} />
        </label>
        <label>
          Reason
          <textarea name="reason" rows={3} required maxLength={4000}>
            {reason}
          </textarea>
        </label>
        <footer>
          <button type="submit">Propose</button>
          <EditButton>Check</EditButton>
        </footer>
      </PostForm>
    </>
  );
}

/** Goes on with what is written, and proposes nothing. */
function EditButton({
  children,
  ...rest
}: {
  children: ComponentChildren;
  name?: string;
  value?: string;
}): VNode {
  return (
    <button type="submit" class="secondary" formAction="/playbook/edit" formNoValidate {...rest}>
      {children}
    </button>
  );
}

/** The files that the same change touches besides the one on the page. */
function OtherFilesList({ others }: Pick<ChangeSet, 'others'>): VNode | null {
  const files = Object.entries(others);
  if (files.length === 0) return null;
  return (
    <section class="other-files" aria-label="Other files of this change">
      <p>Written as well, and proposed together with this file:</p>
      <ul>
        {files.map(([path, text]) => (
          <li key={path}>
            <code>{path}</code> {text === null ? '(goes) ' : ''}
            <EditButton name="open" value={path}>
              Open
            </EditButton>
            <EditButton name="leaveOut" value={path}>
              Leave out
            </EditButton>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** What was found in the text. With scripts it follows the writing. */
function DraftNotes({ check, text }: { check: DraftCheck | null; text: string }): VNode {
  const lines = text.split('\n');
  const notes = check === null ? [] : [...check.errors, ...check.warnings];
  const tone = notes.length === 0 ? 'good' : check?.errors.length === 0 ? 'wait' : 'bad';
  return (
    <div class={`draft-notes ${check === null ? '' : tone}`} role="status" data-draft-notes="">
      {check === null ? null : (
        <>
          <p class="strong">
            {check.errors.length > 0
              ? counted(check.errors.length, 'mistake')
              : `No mistake${notes.length > 0 ? `, ${counted(notes.length, 'warning')}` : ''}`}
          </p>
          {notes.length === 0 ? null : (
            <ul>
              {notes.map((note) => (
                <li
                  key={`${note.file}:${note.line}:${note.column} ${note.message}`}
                  class={check.errors.includes(note) ? 'mistake' : 'warning'}
                >
                  <code>
                    {note.file}:{note.line}:{note.column}
                  </code>{' '}
                  {note.message}
                  {(lines[note.line - 1] ?? '').trim() === '' ? null : <pre>{lines[note.line - 1]}</pre>}
                </li>
              ))}
            </ul>
          )}
        </>
      )}
    </div>
  );
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
