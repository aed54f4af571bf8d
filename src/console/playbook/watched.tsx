import { type ComponentChildren, type VNode } from 'preact';

/** What is still being worked out, fetched again from its page every two seconds until it is there. */
export function Watched({
  id,
  page,
  running,
  children,
}: {
  id: string;
  page: string;
  running: boolean;
  children: ComponentChildren;
}): VNode {
  const again = {
    'hx-get': page,
    'hx-select': `#${id}`,
    'hx-target': `#${id}`,
    'hx-swap': 'outerHTML',
    // Once for each time it came: what is done asks no more.
    'hx-trigger': 'load delay:2s',
  };
  return (
    <div id={id} aria-live="polite" {...(running ? again : {})}>
      {children}
    </div>
  );
}
