import { type ComponentChildren, type VNode } from 'preact';
import { Csrf, IfMay, Time } from './parts.js';
import { useMay, useView } from './view.js';
import { pauseWords } from './words.js';

/** The part of the console a page belongs to. */
export type PageSection =
  | 'home'
  | 'reviews'
  | 'tasks'
  | 'people'
  | 'decisions'
  | 'messages'
  | 'outbox'
  | 'playbook'
  | 'automation'
  | 'operations'
  | 'team'
  | 'audit';

interface NavItem {
  readonly section: PageSection;
  readonly href: string;
  readonly text: string;
  readonly count?: number;
}

function useNav(): { main: NavItem[]; rest: NavItem[] } {
  const view = useView();
  const allowed = useMay();
  const main: NavItem[] = [
    { section: 'home', href: '/', text: 'Home' },
    { section: 'reviews', href: '/reviews', text: 'Reviews', count: view.waiting.reviews },
    { section: 'tasks', href: '/tasks', text: 'Tasks', count: view.waiting.tasks },
    { section: 'people', href: '/people', text: 'People' },
  ];
  const rest: NavItem[] = [
    { section: 'decisions', href: '/decisions', text: 'Decisions' },
    { section: 'messages', href: '/messages', text: 'Messages' },
    { section: 'outbox', href: '/outbox', text: 'Outbox' },
    { section: 'playbook', href: '/playbook', text: 'Playbook' },
    { section: 'automation', href: '/automation', text: 'Automation' },
    { section: 'operations', href: '/operations', text: 'Operations', count: view.waiting.dead },
    { section: 'audit', href: '/audit', text: 'Audit log' },
  ];
  if (allowed('people.manage')) rest.push({ section: 'team', href: '/team', text: 'Team & keys' });
  return { main, rest };
}

function NavLink({ item, current }: { item: NavItem; current: PageSection | null }): VNode {
  return (
    <a href={item.href} {...(item.section === current ? { 'aria-current': 'page' as const } : {})}>
      <span>{item.text}</span>
      {item.count === undefined || item.count === 0 ? null : (
        <span class="count" aria-label={`${item.count} waiting`}>
          {item.count}
        </span>
      )}
    </a>
  );
}

function SignedInAs(): VNode {
  const { actor } = useView();
  if (actor === null) return <></>;
  return (
    <div class="who">
      <p>
        <a href="/account">{actor.name}</a>
        <small>{actor.role}</small>
      </p>
      <form method="post" action="/sign-out" hx-boost="false">
        <Csrf />
        <button type="submit" class="link">
          Sign out
        </button>
      </form>
    </div>
  );
}

function Sidebar({ section }: { section: PageSection | null }): VNode {
  const { main, rest } = useNav();
  return (
    <aside class="side">
      <a class="brand" href="/">
        Countersign
      </a>
      <nav aria-label="Main">
        {main.map((item) => (
          <NavLink key={item.href} item={item} current={section} />
        ))}
        <hr />
        {rest.map((item) => (
          <NavLink key={item.href} item={item} current={section} />
        ))}
      </nav>
      <SignedInAs />
    </aside>
  );
}

/** For narrow screens: the four things done most, and the rest behind one button. */
function BottomBar({ section }: { section: PageSection | null }): VNode {
  const { main, rest } = useNav();
  return (
    <nav class="bottom" aria-label="Main, small screen">
      {main.map((item) => (
        <NavLink key={item.href} item={item} current={section} />
      ))}
      <button type="button" popovertarget="menu" class="bare">
        More
      </button>
      <div id="menu" popover="auto" class="sheet">
        {rest.map((item) => (
          <NavLink key={item.href} item={item} current={section} />
        ))}
        <SignedInAs />
      </div>
    </nav>
  );
}

function PauseBanner(): VNode {
  const { pauses } = useView();
  if (pauses.length === 0) return <></>;
  return (
    <div class="banner" role="status">
      {pauses.map((pause) => (
        <p key={pause.id}>
          <strong>{pauseWords(pause)} is paused</strong> since <Time at={pause.createdAt} />: {pause.reason}
          {pause.byName === null ? '' : ` (${pause.byName})`}
          <IfMay permission="pauses.write">
            {' '}
            <a href="/operations#pauses">Manage</a>
          </IfMay>
        </p>
      ))}
    </div>
  );
}

/** The whole document around a page's content. */
export function Document({
  title,
  section,
  notice,
  bare = false,
  children,
}: {
  title: string;
  section: PageSection | null;
  notice: { readonly tone: 'good' | 'bad'; readonly text: ComponentChildren } | null;
  bare?: boolean;
  children: ComponentChildren;
}): VNode {
  const { assets, actor, styleNonce } = useView();
  const framed = !bare && actor !== null;
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="style-nonce" content={styleNonce} />
        <meta name="htmx-config" content='{"includeIndicatorCSS":false,"defaultSettleDelay":0}' />
        <title>{`${title} · Countersign`}</title>
        <link rel="icon" type="image/svg+xml" href={assets.icon} />
        {assets.styles.map((href) => (
          <link key={href} rel="stylesheet" href={href} />
        ))}
        {assets.scripts.map((src) => (
          <script key={src} src={src} defer />
        ))}
      </head>
      <body {...{ 'hx-boost:inherited': 'true' }}>
        <a class="skip" href="#content">
          Skip to content
        </a>
        {framed ? (
          <div class="frame">
            <Sidebar section={section} />
            <div class="page">
              <PauseBanner />
              <main id="content" tabIndex={-1}>
                {notice === null ? null : (
                  <p class={`notice ${notice.tone}`} role={notice.tone === 'bad' ? 'alert' : 'status'}>
                    {notice.text}
                  </p>
                )}
                {children}
              </main>
            </div>
            <BottomBar section={section} />
          </div>
        ) : (
          <main id="content" class="bare" tabIndex={-1}>
            {children}
          </main>
        )}
      </body>
    </html>
  );
}
