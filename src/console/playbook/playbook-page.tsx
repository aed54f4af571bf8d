import { type VNode } from 'preact';
import { type CapUse } from '../../decisions/index.js';
import { type AskedVariant, variantsAsked, wordingsOf } from '../../policies/playbook.js';
import { type Bundle, type Finding, type PlaybookError } from '../../policies/bundle.js';
import { type TestReport } from '../../policies/test-report.js';
import { BundleLink, Empty, Facts, IfMay, PageHead, Pill, PostForm, Section, Time } from '../layout/parts.js';
import { useView } from '../layout/view.js';
import { codeWords, moneyWords, percent } from '../layout/words.js';
import {
  type Activation,
  type TemplateUse,
  type VariantUse,
  type WaitingBundle,
} from './playbook.read-model.js';
import { durationWords, guardrailWords, scopeWords, triggerWords } from './rule-words.js';

export interface PlaybookProps {
  readonly bundle: Bundle | null;
  readonly tests: TestReport | null;
  readonly findings: readonly Finding[];
  readonly problems: readonly PlaybookError[];
  readonly activations: readonly Activation[];
  readonly waiting: readonly WaitingBundle[];
  readonly templates: ReadonlyMap<string, TemplateUse>;
  readonly variants: readonly VariantUse[];
  readonly caps: readonly CapUse[];
  /** Findings that are open, of what was found while it runs. */
  readonly open: number;
  readonly folder: string;
}

export function PlaybookPage(props: PlaybookProps): VNode {
  const { bundle, problems, activations } = props;
  const current = activations[0];
  return (
    <>
      <PageHead
        title="Playbook"
        lead={
          bundle === null ? (
            'No playbook is active.'
          ) : (
            <>
              {bundle.brand.name}: <BundleLink hash={bundle.hash} length={16} />
              {current === undefined ? null : (
                <>
                  , active since <Time at={current.at} />, signed by {current.by}
                </>
              )}
            </>
          )
        }
      >
        <IfMay permission="policies.write">
          <a href="/playbook/edit" role="button">
            Propose a change
          </a>
          <a href="/playbook/write-template" role="button" class="secondary">
            Have a template written
          </a>
        </IfMay>
        <a href="/playbook/proposals" role="button" class="secondary">
          Proposals
        </a>
        <a href="/playbook/health" role="button" class="secondary">
          Health{' '}
          {props.open === 0 ? null : (
            <span class="count" aria-label={`${props.open} to see to`}>
              {props.open}
            </span>
          )}
        </a>
        <a href="/playbook/facts" role="button" class="secondary">
          Facts
        </a>
        <a href="/playbook/vocabulary" role="button" class="secondary">
          Vocabulary
        </a>
      </PageHead>
      {problems.length === 0 ? null : <Problems problems={problems} folder={props.folder} />}
      <Waiting waiting={props.waiting} />
      {bundle === null ? (
        <Empty title="No playbook is active">
          <p>
            Without one nothing is decided. Put a folder with actions, triggers, guardrails and templates at{' '}
            {props.folder}.
          </p>
        </Empty>
      ) : (
        <>
          <Findings findings={props.findings} />
          <Guardrails bundle={bundle} />
          <CapsOverEverybody caps={props.caps} currency={bundle.brand.currency} />
          <Triggers bundle={bundle} />
          <Actions bundle={bundle} />
          <Templates bundle={bundle} use={props.templates} />
          <Variants bundle={bundle} use={props.variants} />
          <Engine bundle={bundle} />
          {props.tests === null ? null : <Tests report={props.tests} />}
        </>
      )}
      <Activations activations={activations} />
    </>
  );
}

function Problems({ problems, folder }: { problems: readonly PlaybookError[]; folder: string }): VNode {
  return (
    <div class="notice bad" role="alert">
      <p>
        <strong>The folder {folder} does not compile</strong>, so the playbook below stays in force.
      </p>
      <ul>
        {problems.map((problem) => (
          <li key={`${problem.file}:${problem.line}:${problem.column}:${problem.message}`}>
            <code>
              {problem.file}:{problem.line}:{problem.column}
            </code>{' '}
            {problem.message}
          </li>
        ))}
      </ul>
    </div>
  );
}

function Waiting({ waiting }: { waiting: PlaybookProps['waiting'] }): VNode {
  if (waiting.length === 0) return <></>;
  return (
    <Section title="Compiled, not active yet" hint="others have to agree first">
      {waiting.map(({ hash, createdAt, proposal }) => (
        <div key={hash} class="card pause">
          <p>
            <BundleLink hash={hash} length={16} /> from <Time at={createdAt} />
          </p>
          {proposal === null ? (
            <IfMay permission="policies.write">
              <PostForm action={`/playbook/bundles/${hash}/propose`}>
                <button type="submit">Propose it</button>
              </PostForm>
            </IfMay>
          ) : (
            <p>
              <a href={`/playbook/proposals/${proposal.id}`}>{proposal.title}</a>{' '}
              <Pill tone={proposal.isAgreed ? 'good' : 'wait'}>
                {proposal.isAgreed ? 'agreed to' : 'waits for others to agree'}
              </Pill>
            </p>
          )}
        </div>
      ))}
    </Section>
  );
}

function CapsOverEverybody({ caps, currency }: { caps: readonly CapUse[]; currency: string }): VNode {
  if (caps.length === 0) return <></>;
  const amount = ({ of }: CapUse, value: number): string =>
    of === 'cost' ? moneyWords(value, currency) : String(value);
  return (
    <Section title="Caps over everybody" hint="in the window that ends now">
      <div class="table stacks">
        <table>
          <thead>
            <tr>
              <th>Rule</th>
              <th>Used</th>
              <th>Leased, not used yet</th>
              <th>Limit</th>
            </tr>
          </thead>
          <tbody>
            {caps.map((cap) => (
              <tr key={`${cap.rule} ${cap.per} ${cap.of} ${cap.limit}`}>
                <td>
                  <a href={`#guardrail-${cap.rule}`}>{cap.rule}</a>
                </td>
                <td data-label="Used">
                  {amount(cap, cap.used)}{' '}
                  {cap.used + cap.leased >= cap.limit ? <Pill tone="wait">full</Pill> : null}
                </td>
                <td data-label="Leased">{amount(cap, cap.leased)}</td>
                <td data-label="Limit">
                  {amount(cap, cap.limit)} in any {durationWords(cap.per)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  );
}

const SEVERITY_ORDER = ['critical', 'high', 'medium', 'low'];

export function Guardrails({ bundle }: { bundle: Bundle }): VNode {
  const { now } = useView();
  const today = now.toISOString().slice(0, 10);
  const ordered = [...bundle.guardrails].sort(
    (a, b) => SEVERITY_ORDER.indexOf(a.spec.severity) - SEVERITY_ORDER.indexOf(b.spec.severity),
  );
  return (
    <Section title="Guardrails" hint={`${ordered.length}, only ever restrictive`}>
      <div class="table stacks">
        <table class="rules">
          <thead>
            <tr>
              <th>Rule</th>
              <th>Then</th>
              <th>Where</th>
              <th>Source, owner</th>
            </tr>
          </thead>
          <tbody>
            {ordered.map(({ spec, when }) => (
              <tr key={spec.id} id={`guardrail-${spec.id}`}>
                <td>
                  <span class="strong" title={spec.id}>
                    {spec.title}
                  </span>{' '}
                  {spec.severity === 'critical' || spec.severity === 'high' ? (
                    <Pill tone={spec.severity === 'critical' ? 'bad' : 'wait'}>{spec.severity}</Pill>
                  ) : null}{' '}
                  {spec.expires !== undefined && spec.expires <= today ? <Pill>expired</Pill> : null}
                  <small>{spec.reason}</small>
                  {when.source === 'true' ? null : (
                    <small>
                      when <code>{when.source}</code>
                    </small>
                  )}
                </td>
                <td>{guardrailWords(spec)}</td>
                <td>{scopeWords(spec.scope)}</td>
                <td>
                  {spec.source ?? <span class="faint">house rule</span>}
                  <small>
                    {spec.asOf === undefined ? '' : `as of ${spec.asOf}, `}
                    {spec.owner}
                  </small>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  );
}

function Triggers({ bundle }: { bundle: Bundle }): VNode {
  return (
    <Section title="Triggers" hint={`${bundle.triggers.size}, when to pay attention`}>
      <div class="table stacks">
        <table>
          <thead>
            <tr>
              <th>Trigger</th>
              <th>Fires</th>
              <th>Puts up for decision</th>
              <th>Owner</th>
            </tr>
          </thead>
          <tbody>
            {[...bundle.triggers.values()].map(({ spec, when }) => (
              <tr key={spec.id}>
                <td>
                  <span class="strong" title={spec.id}>
                    {spec.title}
                  </span>
                </td>
                <td>
                  {triggerWords(spec)}
                  {when.source === 'true' ? null : (
                    <small>
                      and <code>{when.source}</code>
                    </small>
                  )}
                </td>
                <td>{spec.actions.map((id) => bundle.actions.get(id)?.spec.title ?? id).join(', ')}</td>
                <td>{spec.owner}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  );
}

function Actions({ bundle }: { bundle: Bundle }): VNode {
  const { currency } = bundle.brand;
  return (
    <Section title="Actions" hint={`${bundle.actions.size}, and doing nothing beside each`}>
      <div class="table stacks">
        <table>
          <thead>
            <tr>
              <th>Action</th>
              <th>By</th>
              <th>Who may get it</th>
              <th class="num">Worth</th>
              <th class="num">Held out</th>
              <th>Drafts</th>
            </tr>
          </thead>
          <tbody>
            {[...bundle.actions.values()].map(({ spec, eligible }) => (
              <tr key={spec.id}>
                <td>
                  <span class="strong" title={spec.id}>
                    {spec.title}
                  </span>
                  <small>
                    {spec.class}, {spec.goal}
                  </small>
                </td>
                <td>{spec.channels.join(', ')}</td>
                <td>{eligible.source === 'true' ? 'everybody' : <code>{eligible.source}</code>}</td>
                <td class="num" data-label="Worth">
                  {moneyWords(spec.value, currency)}
                  <small>at {percent(spec.propensity)}</small>
                </td>
                <td class="num" data-label="Held out">
                  {percent(spec.holdout)}
                </td>
                <td>
                  {spec.draft.mode === 'model'
                    ? `a model writes; else ${spec.draft.fallback}`
                    : 'signed template'}
                  {spec.auditShare === 0 ? null : <small>{percent(spec.auditShare)} audited at random</small>}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  );
}

function Templates({ bundle, use }: { bundle: Bundle; use: PlaybookProps['templates'] }): VNode {
  return (
    <Section title="Templates" hint="signed once; what they fill may leave without another look">
      <div class="table stacks">
        <table>
          <thead>
            <tr>
              <th>Template</th>
              <th>For</th>
              <th>Signed by</th>
              <th class="num">Reached</th>
              <th>Expires</th>
            </tr>
          </thead>
          <tbody>
            {[...bundle.templates.values()].map(({ spec }) => {
              const used = use.get(spec.id);
              return (
                <tr key={spec.id}>
                  <td>
                    <span class="strong">{codeWords(spec.id)}</span>
                    <small>
                      {spec.channel}, {spec.locale}
                      {spec.content.kind === 'email' ? ` · “${spec.content.subject}”` : ''}
                    </small>
                  </td>
                  <td>{bundle.actions.get(spec.action)?.spec.title ?? spec.action}</td>
                  <td>
                    {used === undefined ? (
                      <Pill tone="bad">not signed</Pill>
                    ) : (
                      <>
                        {used.signedBy}{' '}
                        <small>
                          <Time at={used.signedAt} />
                        </small>
                      </>
                    )}
                  </td>
                  <td class="num" data-label="Reached">
                    {(used?.recipients ?? 0).toLocaleString('en')}
                    <small>of {spec.maxAudience.toLocaleString('en')}</small>
                  </td>
                  <td data-label="Expires">{spec.expires}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </Section>
  );
}

/** Wordings that the model writes beside each other, by action. */
export function wordingsWritten(bundle: Bundle): Map<string, readonly AskedVariant[]> {
  return new Map(
    [...bundle.actions.values()].flatMap(({ spec }) => {
      const asked = spec.draft.mode === 'model' ? variantsAsked(spec) : [];
      return asked.length === 0 ? [] : [[spec.id, asked] as const];
    }),
  );
}

/** Of wordings that the playbook only counts, two of the same letter have nothing in common but their place in the answer. */
const UNNAMED = 'by its place in the answer only: the playbook gives it no idea of its own';

/** One wording as its line in the table says it. */
interface Tried {
  readonly of: string;
  readonly id: string;
  readonly words: string;
  readonly use: VariantUse | undefined;
}

function triedIn(bundle: Bundle, use: readonly VariantUse[]): Tried[] {
  const signed = [...bundle.templates.values()]
    .filter(({ spec }) => spec.variants !== undefined)
    .flatMap(({ spec }) =>
      wordingsOf(spec).map(({ id, content }) => ({
        of: codeWords(spec.id),
        id,
        words:
          content.kind === 'email'
            ? `“${content.subject}”`
            : content.kind === 'onsite'
              ? `“${content.title}”`
              : '',
        use: use.find((each) => each.templateId === spec.id && each.variant === id),
      })),
    );
  const written = [...wordingsWritten(bundle)].flatMap(([action, wordings]) =>
    wordings.map(({ label: id, brief }) => ({
      of: codeWords(action),
      id,
      words: brief ?? UNNAMED,
      use: use.find((each) => each.templateId === null && each.action === action && each.variant === id),
    })),
  );
  return [...signed, ...written];
}

/** What came of each wording of the templates that have several, and of those the model writes. */
function Variants({ bundle, use }: { bundle: Bundle; use: readonly VariantUse[] }): VNode | null {
  const tried = triedIn(bundle, use);
  if (tried.length === 0) return null;
  const share = (part: number, of: number): VNode => (
    <>
      {part.toLocaleString('en')}
      <small>{of === 0 ? '–' : percent(part / of)}</small>
    </>
  );
  return (
    <Section
      title="Variants"
      hint="of templates drawn with equal shares, of what the model writes as they were drawn or chosen; what left as it was written, of the last 90 days. Small numbers say little"
    >
      <div class="table stacks">
        <table>
          <thead>
            <tr>
              <th>Of</th>
              <th>Variant</th>
              <th class="num">Sent</th>
              <th class="num">Clicked</th>
              <th class="num">Goal reached</th>
              <th class="num">Unsubscribed</th>
            </tr>
          </thead>
          <tbody>
            {tried.map(({ of, id, words, use: counts }) => {
              const sent = counts?.sent ?? 0;
              return (
                <tr key={`${of} ${id}`}>
                  <td>
                    <span class="strong">{of}</span>
                  </td>
                  <td>
                    {id}
                    <small>{words}</small>
                  </td>
                  <td class="num" data-label="Sent">
                    {sent.toLocaleString('en')}
                  </td>
                  <td class="num" data-label="Clicked">
                    {share(counts?.clicked ?? 0, sent)}
                  </td>
                  <td class="num" data-label="Goal reached">
                    {share(counts?.converted ?? 0, sent)}
                  </td>
                  <td class="num" data-label="Unsubscribed">
                    {share(counts?.unsubscribed ?? 0, sent)}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </Section>
  );
}

function Engine({ bundle }: { bundle: Bundle }): VNode {
  const { engine, brand } = bundle;
  return (
    <Section title="Who speaks, and how decisions are made">
      <div class="columns">
        <div class="card">
          <Facts
            rows={[
              ['Brand', brand.name],
              ['Sender', `${brand.sender.name} <${brand.sender.email}>`],
              ['Address', brand.postalAddress],
              ['Links may lead to', brand.linkHosts.join(', ')],
              ['Voice', brand.voice],
              ['Banned words', brand.bannedWords.length === 0 ? null : brand.bannedWords.join(', ')],
              [
                'Tracking',
                `clicks ${brand.tracking.clicks ? 'on' : 'off'}, opens ${brand.tracking.opens ? 'on' : 'off'}`,
              ],
            ]}
          />
        </div>
        <div class="card">
          <Facts
            rows={[
              ['Chosen at random', percent(engine.exploration)],
              ['A person looks from', `risk ${Math.round(engine.riskThreshold * 100)}`],
              ['Two people from', `risk ${Math.round(engine.secondPersonFrom * 100)}`],
              ['A review expires after', durationWords(engine.reviewExpiresAfter)],
              [
                'A signature takes',
                engine.reviewTime === undefined ? null : `about ${durationWords(engine.reviewTime)}`,
              ],
              [
                'A day of waiting loses',
                engine.waitingCost === undefined ? null : percent(engine.waitingCost),
              ],
              ['A claim lasts', durationWords(engine.claimLease)],
              ['Discounts reviewed from', `${engine.reviewDiscountPercent} %`],
              ['Same template, reviewed from', `${engine.reviewAudience.toLocaleString('en')} people a day`],
              ['Late signals', `older than ${durationWords(engine.lateAfter)} fire nothing`],
              ['Hand-offs go to', engine.handoffOwner],
            ]}
          />
        </div>
      </div>
    </Section>
  );
}

/** What is probably not meant, and what somebody has to see to soon. */
function Findings({ findings }: { findings: readonly Finding[] }): VNode {
  if (findings.length === 0) return <></>;
  // What several rules have in common is said once, with all its places.
  const byMessage = new Map<string, Finding[]>();
  for (const found of findings)
    byMessage.set(found.message, [...(byMessage.get(found.message) ?? []), found]);
  return (
    <Section title="To see to" hint={`${byMessage.size}`}>
      <div class="table stacks">
        <table>
          <thead>
            <tr>
              <th>Found</th>
              <th>Where</th>
              <th>Owner</th>
            </tr>
          </thead>
          <tbody>
            {[...byMessage].map(([message, places]) => (
              <tr key={message}>
                <td>{message}</td>
                <td>
                  {places.map(({ file, line }, i) => (
                    <span key={`${file}:${line}`}>
                      {i === 0 ? '' : ', '}
                      <a href={`/playbook/edit?path=${encodeURIComponent(file)}&line=${line}`}>
                        {file}:{line}
                      </a>
                    </span>
                  ))}
                </td>
                <td>{[...new Set(places.map(({ owner }) => owner))].join(', ')}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  );
}

/** What the playbook's own tests showed; it would not be in force if one failed. */
export function Tests({ report }: { report: TestReport }): VNode {
  const { guardrails, neverMatched, neverFailedToMatch } = report.coverage;
  const total = report.passed + report.failures.length;
  return (
    <Section title="Tests" hint="run before every activation; one that fails keeps a playbook out">
      <div class="card">
        <Facts
          rows={[
            ['Passed', total === 0 ? 'there are none' : `${report.passed} of ${total}`],
            ['Guardrails that matched in one', `${guardrails - neverMatched.length} of ${guardrails}`],
            ['Never matched', neverMatched.length === 0 ? null : <RuleLinks ids={neverMatched} />],
            [
              'Never failed to match',
              neverFailedToMatch.length === 0 ? null : <RuleLinks ids={neverFailedToMatch} />,
            ],
          ]}
        />
      </div>
    </Section>
  );
}

function RuleLinks({ ids }: { ids: readonly string[] }): VNode {
  return (
    <>
      {ids.map((id, i) => (
        <span key={id}>
          {i === 0 ? '' : ', '}
          <a href={`#guardrail-${id}`}>{id}</a>
        </span>
      ))}
    </>
  );
}

function Activations({ activations }: { activations: readonly Activation[] }): VNode {
  if (activations.length === 0) return <></>;
  return (
    <Section id="in-force" title="What was in force when">
      <div class="table">
        <table>
          <thead>
            <tr>
              <th>From</th>
              <th>Playbook</th>
              <th>Signed by</th>
              <th>Holds</th>
              <th />
            </tr>
          </thead>
          <tbody>
            {activations.map((activation, i) => (
              <tr key={activation.at.toISOString()}>
                <td class="nowrap">
                  <Time at={activation.at} />
                </td>
                <td>
                  <BundleLink hash={activation.hash} />
                </td>
                <td>{activation.by}</td>
                <td>
                  {Object.entries(activation.counts)
                    .map(([name, count]) => `${count} ${codeWords(name)}`)
                    .join(', ')}
                </td>
                <td>
                  {i === 0 || activation.hash === activations[0]?.hash ? null : (
                    <IfMay permission="policies.activate">
                      <PostForm action={`/playbook/bundles/${activation.hash}/activate`}>
                        <button type="submit" class="secondary">
                          Go back to it
                        </button>
                      </PostForm>
                    </IfMay>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  );
}
