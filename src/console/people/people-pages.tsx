import { type VNode } from 'preact';
import { type Profile } from '../../profiles/profile.js';
import { type LiftedSuppression, type Suppression } from '../../profiles/suppression.js';
import { Value } from '../decisions/decision-parts.js';
import { Empty, Facts, Key, Mark, More, PageHead, Pill, Section, Short, Time } from '../layout/parts.js';
import { codeWords, sourceWords, stageWords } from '../layout/words.js';
import { useMay } from '../layout/view.js';
import { type PersonLine, type PersonView } from './people.read-model.js';
import { type TimelineEntry } from './timeline.js';
import { Timeline } from './timeline-view.js';

export function PeoplePage({
  people,
  search,
  older,
}: {
  people: readonly PersonLine[];
  search: string;
  older: string | null;
}): VNode {
  return (
    <>
      <PageHead title="People" lead="What is known of each person now, and everything that happened to them.">
        <a href="/imports">Imports</a>
      </PageHead>
      <form class="inline search" method="get" action="/people" role="search">
        <input
          type="search"
          name="q"
          value={search}
          placeholder="User id or e-mail address, exactly"
          aria-label="Find a person"
        />
        <button type="submit" class="secondary">
          Find
        </button>
        <span class="faint">
          <Key>/</Key>
        </span>
      </form>
      {people.length === 0 ? <Nobody search={search} /> : <PeopleTable people={people} />}
      <More href={older} />
    </>
  );
}

function Nobody({ search }: { search: string }): VNode {
  return search === '' ? (
    <Empty title="Nobody was seen yet">
      <p>A profile appears with the first signal about a person. Home shows how to send one.</p>
    </Empty>
  ) : (
    <Empty title={`Nobody is known as “${search}”`}>
      <p>
        Addresses and ids are kept as keyed hashes, so only the exact text finds somebody; capitals matter in
        user ids.
      </p>
    </Empty>
  );
}

function PeopleTable({ people }: { people: readonly PersonLine[] }): VNode {
  return (
    <div class="table stacks">
      <table>
        <thead>
          <tr>
            <th>Person</th>
            <th>Stage</th>
            <th>Country</th>
            <th class="num">Sent</th>
            <th>Last seen</th>
          </tr>
        </thead>
        <tbody>
          {people.map((person) => (
            <tr key={person.id}>
              <td>
                <a class="row" href={`/people/${person.id}`}>
                  {person.name ?? 'Erased person'}
                </a>{' '}
                {person.openTasks === 0 ? null : <Pill tone="wait">task open</Pill>}
                <small>
                  {[person.userId, person.email]
                    .filter((text) => text !== null && text !== person.name)
                    .join(' · ')}
                </small>
              </td>
              <td data-label="Stage">{stageWords(person.stage)}</td>
              <td data-label="Country">{person.country ?? '–'}</td>
              <td class="num" data-label="Sent">
                {person.messages}
              </td>
              <td data-label="Last seen">
                <Time at={person.lastSeenAt} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export interface PersonProps {
  readonly person: PersonView;
  readonly suppressions: readonly Suppression[];
  /** Newest first. */
  readonly lifted: readonly LiftedSuppression[];
  readonly timeline: readonly TimelineEntry[];
  readonly older: string | null;
}

export function PersonPage({ person, suppressions, lifted, timeline, older }: PersonProps): VNode {
  return (
    <>
      <PageHead
        title={person.name ?? 'Erased person'}
        lead={
          <>
            <Mark words={{ text: stageWords(person.stage), tone: 'info' }} /> first seen{' '}
            <Time at={person.firstSeenAt} />, last seen <Time at={person.lastSeenAt} />
          </>
        }
      />
      {person.openTasks === 0 ? null : (
        <p class="notice wait">
          Automation is off: a person has taken over. <a href="/tasks">Close the task</a> to let it go on.
        </p>
      )}
      <div class="person">
        <div>
          {person.profile === null ? (
            <Empty title="This person was erased">
              <p>
                Their key is gone, so what is left of them can no longer be read by anybody. Suppressions
                stay, as keyed hashes.
              </p>
            </Empty>
          ) : (
            <Known profile={person.profile} suppressions={suppressions} lifted={lifted} id={person.id} />
          )}
        </div>
        <Section title="Timeline" hint="newest first">
          {timeline.length === 0 ? <Empty title="Nothing happened yet" /> : <Timeline entries={timeline} />}
          <More href={older} />
        </Section>
      </div>
    </>
  );
}

function Known({
  profile,
  suppressions,
  lifted,
  id,
}: {
  profile: Profile;
  suppressions: readonly Suppression[];
  lifted: readonly LiftedSuppression[];
  id: string;
}): VNode {
  const traits = Object.entries(profile.traits);
  const events = Object.entries(profile.events).sort(([, a], [, b]) => (a.lastAt < b.lastAt ? 1 : -1));
  return (
    <>
      <section class="card">
        <h2>Who</h2>
        <Facts
          rows={[
            ['User id', profile.userId],
            ['E-mail', profile.addresses.email],
            ['Phone', profile.addresses.phone],
            ['Country', profile.country],
            ['Language', profile.locale],
            ['Time zone', <Zones key="zones" profile={profile} />],
            ['Groups', profile.groups.length === 0 ? null : profile.groups.join(', ')],
            ['Devices', profile.anonymousIds.length === 0 ? null : String(profile.anonymousIds.length)],
            ['Profile', <Short key="id" id={id} length={40} />],
          ]}
        />
        <ExportLink userId={profile.userId} />
      </section>
      <section class="card">
        <h2>Consent</h2>
        <Consents profile={profile} suppressions={suppressions} lifted={lifted} />
      </section>
      {traits.length === 0 ? null : (
        <section class="card">
          <h2>Traits</h2>
          <Facts rows={traits.map(([name, value]) => [name, <Value key={name} value={value} />])} />
        </section>
      )}
      {events.length === 0 ? null : (
        <section class="card">
          <h2>What they did</h2>
          <Counters events={events} />
        </section>
      )}
    </>
  );
}

/** Everything stored about the person, as a file to hand to them. */
function ExportLink({ userId }: { userId: string | null }): VNode | null {
  const may = useMay();
  if (userId === null || !may('profiles.export')) return null;
  return (
    <p>
      <a href={`/v1/profiles/${encodeURIComponent(userId)}/export`} download hx-boost="false">
        Export everything stored about this person
      </a>
    </p>
  );
}

function Zones({ profile }: { profile: Profile }): VNode {
  if (profile.zones.length === 0) return <>unknown: only hours allowed everywhere are used</>;
  const from = { trait: 'said so', phone: 'from the phone prefix', country: 'from the country', none: '' }[
    profile.zoneSource
  ];
  const shown = profile.zones.slice(0, 3).join(', ');
  const more = profile.zones.length > 3 ? ` and ${profile.zones.length - 3} more` : '';
  return (
    <>
      {shown}
      {more} <span class="faint">{from}</span>
    </>
  );
}

function Consents({
  profile,
  suppressions,
  lifted,
}: {
  profile: Profile;
  suppressions: readonly Suppression[];
  lifted: readonly LiftedSuppression[];
}): VNode {
  return (
    <>
      {profile.consents.length === 0 ? (
        <p class="faint">Nothing was ever said: unknown counts as no.</p>
      ) : null}
      <ul class="plain">
        {profile.consents.map((consent) => (
          <li key={`${consent.channel}/${consent.topic}`}>
            {consent.channel}
            {consent.topic === '*' ? '' : ` · ${consent.topic}`}{' '}
            <Pill tone={consent.state === 'granted' ? 'good' : consent.state === 'denied' ? 'bad' : 'quiet'}>
              {consent.state}
            </Pill>{' '}
            <span class="faint">
              {sourceWords(consent.source)}, <Time at={consent.at} />
            </span>
          </li>
        ))}
        {suppressions.map((suppression) => (
          <li key={`${suppression.channel}/${suppression.reason}`}>
            {suppression.channel} <Pill tone="bad">suppressed</Pill>{' '}
            <span class="faint">
              {codeWords(suppression.reason)}, <Time at={suppression.at} />,{' '}
              {suppression.byPerson ? 'until they agree again' : 'for good'}
            </span>
          </li>
        ))}
        {lifted.map(({ channel, at, liftedAt }) => (
          <li key={`${channel}/${liftedAt}`}>
            {channel} <Pill tone="quiet">suppression lifted</Pill>{' '}
            <span class="faint">
              unsubscribed <Time at={at} />, agreed again <Time at={liftedAt} />
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}

function Counters({ events }: { events: readonly (readonly [string, Profile['events'][string]])[] }): VNode {
  return (
    <table class="tight">
      <tbody>
        {events.map(([event, history]) => (
          <tr key={event}>
            <td>{event}</td>
            <td class="num">{history.total} ×</td>
            <td class="nowrap">
              <Time at={history.lastAt} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
