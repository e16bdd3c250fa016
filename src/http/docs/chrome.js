const byId = (id) => document.getElementById(id);

/** Marks the operation being read in the list beside it. */
export function followReading(cards) {
  const links = new Map(cards.map(({ card, item }) => [card, item]));
  const observer = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        if (!isIntersecting) continue;
        for (const item of links.values()) item.removeAttribute('aria-current');
        links.get(target).setAttribute('aria-current', 'true');
      }
    },
    { rootMargin: '-15% 0px -75% 0px' },
  );
  for (const card of links.keys()) observer.observe(card);
}

/** `/` goes to the search, Escape leaves it empty. */
export function startKeys() {
  addEventListener('keydown', (event) => {
    const field = byId('search');
    if (event.key === '/' && !/^(?:INPUT|TEXTAREA)$/.test(event.target.tagName)) {
      event.preventDefault();
      field.focus();
    } else if (event.key === 'Escape' && event.target === field) {
      field.value = '';
      field.dispatchEvent(new Event('input'));
      field.blur();
    }
  });
}

/** As the system has it, until somebody chooses. */
export function startTheme() {
  const root = document.documentElement;
  const stored = remembered();
  if (stored === 'light' || stored === 'dark') root.dataset.theme = stored;
  byId('theme').addEventListener('click', () => {
    const isDark =
      root.dataset.theme === undefined
        ? matchMedia('(prefers-color-scheme: dark)').matches
        : root.dataset.theme === 'dark';
    root.dataset.theme = isDark ? 'light' : 'dark';
    try {
      localStorage.setItem('theme', root.dataset.theme);
    } catch {
      // Storage may be switched off; then the choice lasts as long as the page.
    }
  });
}

function remembered() {
  try {
    return localStorage.getItem('theme');
  } catch {
    return null;
  }
}
