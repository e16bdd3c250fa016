/** Makes an element. Children are nodes or text, never HTML: nothing of the document is ever parsed as markup. */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    if (key.startsWith('on')) made.addEventListener(key.slice(2), value);
    else made.setAttribute(key, value === true ? '' : value);
  }
  made.append(...children.flat().filter((child) => child !== undefined && child !== false));
  return made;
}

/** Text with `code` and **bold** in it, as nodes. */
export function inline(text = '') {
  return text
    .split(/(`[^`]+`|\*\*[^*]+\*\*)/)
    .filter(Boolean)
    .map((part) => {
      if (part.startsWith('`')) return element('code', {}, part.slice(1, -1));
      if (part.startsWith('**')) return element('strong', {}, part.slice(2, -2));
      return part;
    });
}

/** Paragraphs are separated by empty lines. */
export function paragraphs(text = '') {
  return text.split(/\n{2,}/).map((part) => element('p', {}, inline(part.replaceAll('\n', ' '))));
}

/** A block of code with a button that copies it. `text` is asked for when it is copied. */
export function codeBlock(title, text) {
  const body = element('code', {}, text());
  const button = element('button', { type: 'button', class: 'copy', onclick: copy }, 'Copy');
  const said = element('span', { class: 'hidden', role: 'status' });
  return element(
    'figure',
    { class: 'code' },
    element('figcaption', {}, title, said, button),
    element('pre', { tabindex: '0', 'aria-label': title }, body),
  );

  async function copy() {
    body.textContent = text();
    const copied = await toClipboard(body);
    button.textContent = copied ? 'Copied' : 'Press Ctrl+C';
    said.textContent = copied ? 'Copied' : 'Selected; press Ctrl+C';
    setTimeout(() => {
      button.textContent = 'Copy';
      said.textContent = '';
    }, 1_500);
  }
}

/** Without a secure context there is no clipboard: then the text is selected, ready to be copied by hand. */
async function toClipboard(node) {
  try {
    await navigator.clipboard.writeText(node.textContent);
    return true;
  } catch {
    getSelection()?.selectAllChildren(node);
    return false;
  }
}
