import { type VNode } from 'preact';
import { type Bundle } from '../../policies/bundle.js';
import { type ItemChange } from '../../policies/diff.js';
import { type Proposal } from '../../policies/index.js';
import { type Guardrail } from '../../policies/playbook.js';
import { type TestReport } from '../../policies/test-report.js';
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
import { codeWords } from '../layout/words.js';
import { type BundleActivation, type DecisionUnder, MOST_COUNTED } from './bundle.read-model.js';
import { Guardrails, Tests } from './playbook-page.js';
import { Changes, FileDiff } from './proposal-pages.js';

export interface BundlePageProps {
  readonly hash: string;
  readonly createdAt: Date;
  readonly counts: Readonly<Record<string, number>>;
  /** Null when this version cannot compile it any more. */
  readonly bundle: Bundle | null;
  readonly tests: TestReport | null;
  /** Times it was in force, the latest first. */
  readonly activations: readonly BundleActivation[];
  readonly proposal: Proposal | null;
  /** How it differs from the one in force; null when it is that one, or one of the two cannot be compiled. */
  readonly diff: {
    readonly active: string;
    readonly changes: readonly ItemChange[];
    readonly rules: ReadonlyMap<string, Guardrail>;
  } | null;
  readonly files: readonly {
    readonly path: string;
    readonly before: string | null;
    readonly after: string | null;
  }[];
  readonly isActive: boolean;
  readonly decisions: { readonly count: number; readonly latest: readonly DecisionUnder[] };
}

/** A kept playbook: where it came from, when it was in force, what it says and what was decided under it. */
export function BundlePage(props: BundlePageProps): VNode {
  const { hash, bundle, activations, isActive, tests, diff } = props;
  return (
    <>
      <PageHead
        title={
          <>
            Playbook <Short id={hash} />
          </>
        }
        lead={
          <>
            Kept since <Time at={props.createdAt} />:{' '}
            {Object.entries(props.counts)
              .map(([name, count]) => `${count} ${codeWords(name)}`)
              .join(', ')}
          </>
        }
      >
        <Pill tone={isActive ? 'good' : 'quiet'}>
          {isActive ? 'in force' : activations.length === 0 ? 'never in force' : 'was in force'}
        </Pill>
        {isActive || activations.length === 0 ? null : (
          <IfMay permission="policies.activate">
            <PostForm action={`/playbook/bundles/${hash}/activate`}>
              <button type="submit" class="secondary">
                Go back to it
              </button>
            </PostForm>
          </IfMay>
        )}
      </PageHead>
      <Origin {...props} />
      {bundle === null ? (
        <Empty title="This version cannot compile it any more">Its files are kept all the same.</Empty>
      ) : (
        <Guardrails bundle={bundle} />
      )}
      {tests === null ? null : <Tests report={tests} />}
      {diff === null || isActive ? null : diff.changes.length === 0 ? (
        <Section title="Beside the one in force">
          <p>
            No item of it differs from <BundleLink hash={diff.active} />.
          </p>
        </Section>
      ) : (
        <Changes
          changes={diff.changes}
          rules={diff.rules}
          title="Beside the one in force"
          hint={
            <>
              what would be otherwise than under <BundleLink hash={diff.active} />
            </>
          }
        />
      )}
      {props.files.length === 0 ? null : (
        <Section title="Files" hint="that differ from those in force">
          {props.files.map((file) => (
            <FileDiff key={file.path} file={file} open={props.files.length === 1} />
          ))}
        </Section>
      )}
      <Decisions {...props} />
    </>
  );
}

function Origin({ proposal, activations }: BundlePageProps): VNode {
  return (
    <Section title="Where it came from">
      <div class="card">
        <Facts
          rows={[
            [
              'Proposed by',
              proposal === null ? (
                'nobody: it was taken up from the folder'
              ) : (
                <Proposed proposal={proposal} />
              ),
            ],
            [
              'Agreed to by',
              proposal === null || proposal.verdicts.length === 0
                ? null
                : proposal.verdicts
                    .map(({ by, verdict }) => (verdict === 'approve' ? by.name : `${by.name} (against it)`))
                    .join(', '),
            ],
            ...activations.map(
              ({ at, by, until }) =>
                [
                  'In force',
                  <>
                    from <Time at={at} />
                    {until === null ? '' : ' until '}
                    {until === null ? null : <Time at={until} />}, signed by {by}
                  </>,
                ] as const,
            ),
          ]}
        />
      </div>
    </Section>
  );
}

function Proposed({ proposal }: { proposal: Proposal }): VNode {
  return (
    <>
      {proposal.author.name}, <Time at={proposal.createdAt} />:{' '}
      <a href={`/playbook/proposals/${proposal.id}`}>{proposal.title}</a>
    </>
  );
}

function Decisions({ decisions: { count, latest } }: BundlePageProps): VNode {
  if (count === 0)
    return (
      <Section title="Decisions">
        <p>None was made under it.</p>
      </Section>
    );
  return (
    <Section
      title="Decisions"
      hint={
        count > MOST_COUNTED
          ? `more than ${MOST_COUNTED} made under it; the latest`
          : `${count} made under it`
      }
    >
      <div class="table">
        <table>
          <thead>
            <tr>
              <th>When</th>
              <th>Outcome</th>
              <th>Action</th>
              <th>Decision</th>
            </tr>
          </thead>
          <tbody>
            {latest.map(({ id, at, outcome, action }) => (
              <tr key={id}>
                <td class="nowrap">
                  <Time at={at} />
                </td>
                <td>{outcome}</td>
                <td>{action}</td>
                <td>
                  <a href={`/decisions/${id}`}>
                    <Short id={id} length={16} />
                  </a>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  );
}
