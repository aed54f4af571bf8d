// The keyboard. Everything here also works with the pointer, and every form without this file.
(() => {
  const typing = (element) =>
    element instanceof HTMLElement &&
    (element.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName)) &&
    !/^(checkbox|radio|submit|button)$/.test(element.type ?? '');

  const shown = (element) => element.getClientRects().length > 0;

  /** j and k on a list: the focus goes down and up the rows. */
  function walk(step) {
    const rows = [...document.querySelectorAll('a.row')].filter(shown);
    if (rows.length === 0) return false;
    const at = rows.indexOf(document.activeElement);
    const next = rows[at === -1 ? (step > 0 ? 0 : rows.length - 1) : at + step];
    next?.focus();
    next?.scrollIntoView({ block: 'nearest' });
    return true;
  }

  document.addEventListener('keydown', (event) => {
    // Whoever has it already, such as the editor's list of what could be written, keeps it.
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    // Escape leaves a field, so that the keys work again.
    if (event.key === 'Escape' && typing(event.target)) {
      event.target.blur();
      return;
    }
    if (typing(event.target)) return;
    const open = document.querySelector('[popover]:popover-open');
    const scope = open ?? document;
    const key = event.key === '?' ? 'help' : event.key;
    const target = [...scope.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)].find(shown);
    if (target) {
      event.preventDefault();
      target.click();
      return;
    }
    if (open) return;
    if (key === 'j' && walk(1)) event.preventDefault();
    if (key === 'k' && walk(-1)) event.preventDefault();
    if (key === '/') {
      const search = document.querySelector('input[type="search"]');
      if (search) {
        event.preventDefault();
        search.focus();
      }
    }
  });

  // Opening a popover moves the focus into it, closing it moves it back; the browser does both. A form sent twice by an impatient
  // hand is sent once.
  document.addEventListener(
    'submit',
    (event) => {
      const form = event.target;
      if (form.dataset.sent !== undefined && Date.now() - Number(form.dataset.sent) < 1500)
        event.preventDefault();
      form.dataset.sent = String(Date.now());
    },
    true,
  );

  // A text area that names an editor gets it, on a page that was loaded and on one that was swapped in.
  const mountEditors = () => {
    for (const area of document.querySelectorAll('textarea[data-editor]'))
      import(area.dataset.editor).then(({ mount }) => mount(area));
  };
  document.addEventListener('htmx:after:swap', mountEditors);
  mountEditors();

  // A search field that narrows a page down to the rows that hold every word of it; sections without one go.
  document.addEventListener('input', (event) => {
    const search = event.target.closest?.('input[data-filters]');
    if (!search) return;
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const root = document.querySelector(search.dataset.filters);
    let left = 0;
    for (const row of root.querySelectorAll('[data-filtered]')) {
      const text = row.textContent.toLowerCase();
      row.hidden = !words.every((word) => text.includes(word));
      if (!row.hidden) left++;
    }
    for (const section of root.querySelectorAll('section'))
      section.hidden = !section.querySelector('[data-filtered]:not([hidden])');
    const count = search.form?.querySelector('[data-filter-count]');
    if (count) count.value = words.length === 0 ? '' : `${left} found`;
  });
  document.addEventListener('submit', (event) => {
    if (event.target.matches('[data-filter-form]')) event.preventDefault();
  });

  // A mark in the words and what it stands for light up together.
  document.addEventListener('click', (event) => {
    const link = event.target.closest?.('a[href^="#mark-"]');
    if (!link) return;
    const mark = document.getElementById(link.getAttribute('href').slice(1));
    mark?.scrollIntoView({ block: 'center' });
  });
})();
