// The articles panel: files, folders and text in, a list with search, order and deletion. And what Dateline is.
(() => {
  'use strict';
  const dateline = window.dateline;
  const panel = dateline.dialog('dl-articles', 'dl-articles-title', 'Close the articles');
  panel.querySelector('div').innerHTML = `
    <h2 id="dl-articles-title" tabindex="-1">Articles</h2>
    <div class="dl-changes">
      <div class="dl-drop"><p>Drop files here, or</p>
        <label class="dl-pick">Choose files<input type="file" multiple class="dl-hidden" id="dl-files"></label>
        <label class="dl-pick">Choose a folder<input type="file" webkitdirectory class="dl-hidden" id="dl-folder"></label></div>
      <details class="dl-paste"><summary>Paste text</summary><form>
        <label>Text<textarea name="text" rows="6" required></textarea></label>
        <label>Title<input name="title" type="text" placeholder="empty: the first line"></label>
        <label>Date<input name="published" type="date"></label>
        <label>Source<input name="source" type="text"></label>
        <label>Address<input name="url" type="text"></label>
        <button type="submit" class="dl-go">Add article</button></form></details>
    </div>
    <div id="dl-intake-place" aria-live="polite"></div>
    <div class="dl-tools"><input type="search" id="dl-search" placeholder="Search title, source, tag or file" aria-label="Search articles" autocomplete="off">
      <select id="dl-sort" aria-label="Order"><option value="newest">Newest first</option><option value="oldest">Oldest first</option>
        <option value="added">Last added first</option><option value="title">Title</option><option value="source">Source</option></select></div>
    <p class="dl-tools"><span id="dl-count"></span><button type="button" data-scope-chosen disabled>Ask about these only</button>
      <button type="button" data-remove-chosen disabled>Delete these</button></p>
    <table><thead><tr><th></th><th>Title</th><th>Source</th><th>Date</th><th></th></tr></thead><tbody></tbody></table>
    <p><button type="button" data-more hidden>Show more</button></p>`;
  const one = (selector) => panel.querySelector(selector);
  const place = one('#dl-intake-place');
  let shown = 0;
  let asked = 0;

  const list = async (offset = 0) => {
    const mine = ++asked;
    const wish = {search: one('#dl-search').value, sort: one('#dl-sort').value, offset};
    const {rows, count, more} = await dateline.call('articles', wish);
    if (mine !== asked) return; // a newer search is under way
    if (offset) one('tbody').insertAdjacentHTML('beforeend', rows);
    else one('tbody').innerHTML = rows;
    shown = one('tbody').querySelectorAll('[data-article]').length;
    one('#dl-count').textContent = `${count.toLocaleString('en')} article${count === 1 ? '' : 's'}`;
    one('[data-more]').hidden = !more;
    choose();
  };
  const chosen = () => [...one('tbody').querySelectorAll('[data-article]')].filter((row) => row.querySelector('input').checked);
  const choose = () => {
    const none = chosen().length === 0;
    one('[data-scope-chosen]').disabled = none;
    one('[data-remove-chosen]').disabled = none;
  };
  const changed = () => { list(); dateline.refreshChoices(); };
  dateline.onClick('[data-articles]', () => {
    const intake = document.querySelector('#dl-intake');
    if (intake && !place.contains(intake)) place.append(intake);
    dateline.show(panel);
    list();
  });
  panel.addEventListener('input', (event) => {
    if (event.target.id === 'dl-search' || event.target.id === 'dl-sort') list();
    else if (event.target.type === 'checkbox') choose();
  });
  dateline.onClick('[data-more]', () => list(shown));

  // Files go to the server by Gradio's own upload, which bounds their size and keeps them to its folder.
  const send = (files) => {
    const field = document.querySelector('#dl-upload input[type=file]');
    if (!field || !files.length) return;
    const all = new DataTransfer();
    for (const file of files) all.items.add(file);
    field.files = all.files;
    field.dispatchEvent(new Event('change', {bubbles: true}));
    dateline.show(panel);
    note('Uploading…');
  };
  const note = (text) => {
    const said = document.createElement('p');
    said.className = 'dl-note';
    said.setAttribute('role', 'status');
    said.textContent = text;
    place.querySelectorAll(':scope > .dl-note, :scope > .dl-said').forEach((old) => old.remove());
    if (text) place.append(said);
  };
  const say = (html) => {
    note('');
    const said = document.createElement('div');
    said.className = 'dl-said';
    said.innerHTML = html;
    place.append(said);
  };
  panel.addEventListener('change', (event) => {
    if (!event.target.matches('#dl-files, #dl-folder')) return;
    send([...event.target.files].filter((file) => !file.name.startsWith('.')));
    event.target.value = '';
  });
  const filesBelow = async (entry) => {
    if (entry.isFile) return [await new Promise((done, fail) => entry.file(done, fail))];
    const reader = entry.createReader();
    const found = [];
    for (;;) {
      const some = await new Promise((done, fail) => reader.readEntries(done, fail));
      if (!some.length) return (await Promise.all(found.map(filesBelow))).flat();
      found.push(...some);
    }
  };
  document.addEventListener('dragover', (event) => {
    if (![...event.dataTransfer.types].includes('Files')) return;
    event.preventDefault();
    document.documentElement.classList.add('dl-dragging');
  });
  document.addEventListener('dragleave', (event) => {
    if (!event.relatedTarget) document.documentElement.classList.remove('dl-dragging');
  });
  document.addEventListener('drop', async (event) => {
    document.documentElement.classList.remove('dl-dragging');
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
    const plain = [...event.dataTransfer.files];
    const files = entries.length ? (await Promise.all(entries.map(filesBelow))).flat() : plain;
    document.querySelector('[data-articles]').click();
    send(files);
  });
  panel.addEventListener('submit', async (event) => {
    const form = event.target.closest('.dl-paste form');
    if (!form) return;
    event.preventDefault();
    note('Adding…');
    say(await dateline.call('paste', Object.fromEntries(new FormData(form))));
    if (place.querySelector('[data-intake=done]')) form.reset();
    changed();
  });

  const remove = async (ids) => { say(await dateline.call('remove', {ids})); changed(); };
  const twice = (button, action) => {
    if (button.classList.contains('dl-sure')) { button.classList.remove('dl-sure'); action(); return; }
    const said = button.textContent;
    button.classList.add('dl-sure');
    button.textContent = 'Really delete?';
    button.addEventListener('blur', () => { button.classList.remove('dl-sure'); button.textContent = said; }, {once: true});
  };
  dateline.onClick('[data-remove]', (button) => twice(button, () => remove([button.dataset.remove])));
  dateline.onClick('[data-remove-chosen]', (button) => twice(button, () => {
    button.textContent = 'Delete these';
    remove(chosen().map((row) => row.dataset.article));
  }));
  const scope = (articles) => { panel.close(); dateline.scope(articles); };
  dateline.onClick('[data-scope-chosen]', () => {
    scope(chosen().map((row) => ({id: row.dataset.article, title: row.dataset.title})));
  });
  dateline.onClick('[data-scope]', (button) => scope(JSON.parse(button.dataset.scope)));
  // A report that the server has just drawn means that the list is old.
  new MutationObserver(() => {
    const report = document.querySelector('#dl-intake [data-intake]');
    const state = report?.dataset.intake ?? '';
    if (state === 'running') note('');
    if (state !== seen && (state === 'done' || state === 'failed')) { note(''); changed(); }
    seen = state;
  }).observe(document.documentElement, {childList: true, subtree: true, attributes: true, attributeFilter: ['data-intake']});
  let seen = '';

  const about = dateline.dialog('dl-about', 'dl-about-title', 'Close');
  dateline.onClick('[data-about]', async () => {
    const body = about.querySelector('div');
    body.textContent = 'Looking…';
    dateline.show(about);
    body.innerHTML = await dateline.call('about');
  });
})();
