import { type ComponentChildren, type VNode } from 'preact';
import { type ReviewDetail } from '../../review/review.js';
import { AdviceCard } from '../decisions/advice-card.js';
import { ActionTitle, Candidates, PersonThen, WhyNow } from '../decisions/decision-parts.js';
import { type DecisionView } from '../decisions/decision.read-model.js';
import { PersonLink } from '../layout/person.js';
import { Empty, Facts, Key, Leaving, Mark, PageHead, Pill, Said, Short, Time } from '../layout/parts.js';
import { useMay } from '../layout/view.js';
import { reviewStateWords } from '../layout/words.js';
import { ContentTabs } from '../messages/content-tabs.js';
import { MakingCard } from '../messages/making.js';
import { EditForm } from './edit-form.js';
import { type ReviewProps } from './review-props.js';
import { Claims, MarkedWords, Risk } from './review-parts.js';
import { EditBar, HelpSheet, Verdicts } from './verdict-bar.js';
import { shownWording, Wordings } from './wordings.js';

const OPEN = new Set(['pending', 'claimed', 'awaiting_second']);

export function ReviewPage(props: ReviewProps): VNode {
  const { review, decision, me, problem } = props;
  const allowed = useMay();
  const open = OPEN.has(review.state);
  const signedByMe = review.verdicts.some(
    (verdict) =>
      verdict.verdict === 'approve' && verdict.personId === me && verdict.contentHash === review.contentHash,
  );
  const canDecide = open && me !== null && allowed('reviews.decide');
  return (
    <>
      <PageHead
        title={
          <>
            <ActionTitle id={review.action} /> <span class="faint">to</span>{' '}
            {decision?.name ?? <PersonLink id={review.profileId} name={review.recipient} />}
          </>
        }
        lead={<Circumstances review={review} />}
      />
      {problem === null ? null : (
        <p class={`notice ${problem.stale ? 'wait' : 'bad'}`} role="alert">
          {problem.text}
        </p>
      )}
      <AsItStands review={review} />
      <State {...props} signedByMe={signedByMe} />
      {props.editing ? null : <Wordings review={review} />}
      <div class="review">
        <div>
          {props.editing && canDecide ? (
            <EditForm review={review} />
          ) : (
            <Words review={review} held={props.held} />
          )}
          <Risk review={review} />
          {review.draft.claims.length === 0 ? null : (
            <Claims claims={review.draft.claims} facts={props.facts} />
          )}
          {props.editing ? null : <MarkedWords review={review} />}
        </div>
        <Reasons review={review} decision={decision} />
      </div>
      <Bar {...props} canDecide={canDecide} signedByMe={signedByMe} />
      <HelpSheet />
    </>
  );
}

function Bar({ canDecide, ...props }: ReviewProps & { canDecide: boolean; signedByMe: boolean }): VNode {
  if (!canDecide) return <Browse {...props} />;
  return props.editing ? <EditBar review={props.review} /> : <Verdicts {...props} />;
}

function Circumstances({ review }: { review: ReviewDetail }): VNode {
  return (
    <>
      <Mark words={reviewStateWords(review.state)} />{' '}
      {review.tier === 2 ? <Pill tone="wait">two people must sign</Pill> : null}{' '}
      {OPEN.has(review.state) ? (
        <>
          expires <Time at={review.expiresAt} />, would leave <Leaving at={review.sendAt} />
        </>
      ) : (
        <>
          closed <Time at={review.closedAt} />
        </>
      )}
    </>
  );
}

/** What would keep it from leaving, as things are now: whoever signs it should know before. */
function AsItStands({ review }: { review: ReviewDetail }): VNode | null {
  const against = review.why.filter(({ stops }) => stops !== undefined);
  if (against.length === 0) return null;
  const again = against.every(({ stops }) => stops === 'review');
  return (
    <p class="notice wait" role="status">
      As it stands it would not leave{again ? ' but come back to be signed again' : ''}:{' '}
      <Said text={against.map(({ text }) => text).join(' ')} />
    </p>
  );
}

/** Whatever stands between the reader and a verdict: somebody else has it, a first signature is there, it is closed. */
function State({ review, me, signedByMe }: ReviewProps & { signedByMe: boolean }): VNode {
  const holder = review.claimedBy;
  const first = review.verdicts.find(
    (verdict) => verdict.verdict === 'approve' && verdict.contentHash === review.contentHash,
  );
  return (
    <>
      {holder !== null && holder.personId !== me && OPEN.has(review.state) ? (
        <p class="notice wait" role="status">
          {holder.name} is looking at this
          {review.claimExpiresAt === null ? (
            ''
          ) : (
            <>
              {' '}
              (until <Time at={review.claimExpiresAt} />)
            </>
          )}
          . A verdict of yours would be refused meanwhile.
        </p>
      ) : null}
      {review.state === 'awaiting_second' && first !== undefined ? (
        <p class="notice wait" role="status">
          {signedByMe
            ? 'You signed these words. Somebody else has to sign them too.'
            : `${first.name} signed these words. They leave when you sign them too.`}
        </p>
      ) : null}
    </>
  );
}

function Words({ review, held }: { review: ReviewDetail; held: string }): VNode {
  const { draft } = review;
  const wording = review.contentHash === held ? null : shownWording(review);
  return (
    <section class="block" aria-label="The message">
      <div class="card envelope">
        <Facts
          rows={[
            ['To', review.recipient],
            ['From', draft.sender],
            ['Reply to', draft.replyTo],
            ['Subject', draft.subject === null ? null : <span class="subject">{draft.subject}</span>],
            ['Preview line', draft.preheader === null || draft.preheader === '' ? null : draft.preheader],
          ]}
        />
      </div>
      <ContentTabs
        messageId={review.messageId}
        version={review.contentHash}
        wording={wording}
        html={draft.html}
        text={draft.text}
        payload={draft.payload}
      />
      <p class="faint">
        <Origin review={review} /> · signed will be <Short id={review.contentHash} /> with{' '}
        {draft.links.length} link
        {draft.links.length === 1 ? '' : 's'}
        {draft.links.length === 0 ? '' : `: ${[...new Set(draft.links)].join(', ')}`}
      </p>
    </section>
  );
}

function Origin({ review }: { review: ReviewDetail }): VNode {
  const { origin, versions } = review.draft;
  if (origin === 'person') return <>Edited by a person</>;
  if (versions.prompt !== null)
    return (
      <>
        Written by {versions.prompt.model} with prompt {versions.prompt.id} {versions.prompt.version}
      </>
    );
  return <>From the signed template {versions.template?.id ?? ''}</>;
}

function Card({ title, children }: { title: string; children: ComponentChildren }): VNode {
  return (
    <section class="card">
      <h2>{title}</h2>
      {children}
    </section>
  );
}

/** The right-hand side: everything that is not the words. */
function Reasons({ review, decision }: { review: ReviewDetail; decision: DecisionView | null }): VNode {
  return (
    <div>
      <Card title="Why a person must look">
        <ul class="plain">
          {review.why
            .filter(({ stops }) => stops === undefined)
            .map((why) => (
              <li key={why.code + why.text}>
                <Said text={why.text} />
              </li>
            ))}
        </ul>
      </Card>
      {decision === null ? (
        <Empty title="The decision cannot be read" />
      ) : (
        <>
          <Card title="Why now">
            <WhyNow decision={decision} />
          </Card>
          <Card title="To whom">
            <p>
              <PersonLink id={decision.profileId} name={decision.name} />
              {decision.situation === null ? null : (
                <span class="faint">
                  , as they were <Time at={decision.createdAt} />
                </span>
              )}
            </p>
            {decision.situation === null ? null : <PersonThen situation={decision.situation} />}
          </Card>
          <AdviceCard
            advice={decision.situation?.advice ?? null}
            result={decision.result}
            took={decision.adviceTook}
          />
          <section class="block">
            <h2>
              Why this{' '}
              <small>
                <a href={`/decisions/${decision.id}`}>the whole decision</a>
              </small>
            </h2>
            {decision.result === null ? null : (
              <>
                {decision.result.reasons.map((reason) => (
                  <p key={reason.code + reason.text}>
                    <Said text={reason.text} />
                  </p>
                ))}
                <Candidates candidates={decision.result.candidates} chosen={decision.result} />
              </>
            )}
          </section>
        </>
      )}
      <MakingCard making={review.making} />
      {review.verdicts.length === 0 ? null : <History review={review} />}
    </div>
  );
}

function History({ review }: { review: ReviewDetail }): VNode {
  const words = {
    edit: 'edited',
    approve: 'signed',
    reject: 'rejected',
    handoff: 'handed off',
    skip: 'skipped',
  };
  return (
    <Card title="So far">
      <ul class="plain">
        {review.verdicts.map((verdict) => (
          <li key={verdict.at}>
            {verdict.name} {words[verdict.verdict]} <Time at={verdict.at} />
            {verdict.reasons.length === 0 ? '' : `: ${verdict.reasons.join(', ')}`}
            {verdict.note === null ? null : <span class="quote">{verdict.note}</span>}
          </li>
        ))}
      </ul>
    </Card>
  );
}

/** For whoever can only look, and for closed items: the way on. */
function Browse({ review, queue }: ReviewProps): VNode {
  return (
    <div class="verdicts" role="toolbar" aria-label="Queue">
      <a href={`/messages/${review.messageId}`} role="button" class="secondary">
        See the message
      </a>
      <span class="spacer" />
      {queue.previous === null ? null : (
        <a href={`/reviews/${queue.previous}`} data-key="k" role="button" class="secondary">
          Previous
          <Key>k</Key>
        </a>
      )}
      {queue.next === null ? null : (
        <a href={`/reviews/${queue.next}`} data-key="j" role="button" class="secondary">
          Next
          <Key>j</Key>
        </a>
      )}
      <a href="/reviews" data-key="u" role="button" class="secondary">
        Queue
        <Key>u</Key>
      </a>
    </div>
  );
}
