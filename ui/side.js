// The left side: folding it, conversations with their own links, filters that hold until they are taken off.
(() => {
  'use strict';
  const dateline = window.dateline;
  const root = document.documentElement;
  const one = (selector) => document.querySelector(selector);
  let current = null;

  // Folding. A wide window remembers; on a narrow one the side lies over the page and begins folded.
  const narrow = matchMedia('(max-width: 1100px)');
  const fold = (open) => {
    root.dataset.side = open ? 'open' : 'folded';
    one('[data-fold]')?.setAttribute('aria-expanded', String(open));
  };
  const remembered = () => { try { return localStorage.getItem('dateline-side'); } catch { return null; } };
  const foldAsUsual = () => fold(!narrow.matches && remembered() !== 'folded');
  narrow.addEventListener('change', foldAsUsual);
  dateline.onClick('[data-fold]', () => {
    const open = root.dataset.side !== 'open';
    fold(open);
    if (!narrow.matches) try { localStorage.setItem('dateline-side', open ? 'open' : 'folded'); } catch { /* private */ }
  });
  const foldIfNarrow = () => { if (narrow.matches) fold(false); };
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && narrow.matches && root.dataset.side === 'open') { fold(false); one('[data-fold]')?.focus(); }
  });
  document.addEventListener('click', (event) => {
    const outside = !event.target.closest?.('#dl-side, [data-fold], dialog') && event.target.isConnected;
    if (narrow.matches && root.dataset.side === 'open' && outside) fold(false);
  });

  // Conversations
  const list = async () => {
    const place = one('#dl-list');
    if (!place) return;
    const search = one('#dl-find').value;
    const html = await dateline.call('conversations', {search, current: current ?? ''});
    if (search === one('#dl-find').value && !place.querySelector('input')) place.innerHTML = html;
  };
  dateline.onConversation = (shown) => {
    const before = current;
    const opened = before !== shown.conversation;
    current = shown.conversation;
    document.title = shown.title ? `${shown.title} · Dateline` : 'Dateline';
    const address = current ? `?c=${current}` : location.pathname;
    if (location.search === (current ? address : '')) { /* by the browser's own way back or forth */ }
    else if (before && before !== current) history.pushState(null, '', address);
    else if (current || before) history.replaceState(null, '', address);
    // A first question gives the conversation its name; its filters are those set here already.
    if (opened && before !== '' && current) setWanted(JSON.parse(shown.wanted));
    list();
  };
  const named = () => new URLSearchParams(location.search).get('c') ?? '';
  window.addEventListener('popstate', () => { if (named() !== current) dateline.tell('open', {id: named()}); });
  dateline.onClick('[data-conversation-link]', (link, event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    dateline.tell('open', {id: link.dataset.conversationLink});
    foldIfNarrow();
  });
  dateline.onClick('[data-new]', () => {
    setWanted({});
    dateline.tell('open', {id: ''});
    foldIfNarrow();
    dateline.toQuestion();
  });
  dateline.onClick('[data-rename]', (button) => {
    const item = button.closest('li');
    const link = item.querySelector('a');
    const input = document.createElement('input');
    input.value = link.querySelector('span').textContent;
    input.setAttribute('aria-label', 'New title');
    let ended = false; // taking the field away blurs it, which would end it a second time
    const end = async (keep) => {
      if (ended) return;
      ended = true;
      input.remove();
      if (keep) await dateline.call('rename', {id: button.dataset.rename, title: input.value});
      await list();
    };
    input.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' || event.key === 'Escape') { event.stopPropagation(); end(event.key === 'Enter'); }
    });
    input.addEventListener('blur', () => end(true));
    link.replaceWith(input);
    input.select();
  });
  dateline.onClick('[data-delete]', async (button) => {
    if (!button.classList.contains('dl-sure')) {
      button.classList.add('dl-sure');
      button.textContent = 'Delete?';
      button.addEventListener('blur', () => list(), {once: true});
      return;
    }
    await dateline.call('delete', {id: button.dataset.delete});
    if (button.dataset.delete === current) dateline.tell('open', {id: ''});
    else list();
  });

  // Filters
  const nothing = () => ({after: '', before: '', sources: [], tags: [], articles: [], as_of: ''});
  let wanted = nothing();
  const form = () => one('#dl-filters form');
  dateline.wanted = () => JSON.stringify({...wanted, articles: wanted.articles.map((article) => article.id)});
  const setWanted = (value) => { wanted = {...nothing(), ...value}; toForm(); chips(); };
  const toForm = () => {
    if (!form()) return;
    for (const name of ['after', 'before', 'as_of']) form().elements[name].value = wanted[name];
    for (const box of form().querySelectorAll('input[type=checkbox]')) box.checked = wanted[box.name].includes(box.value);
    for (const button of form().querySelectorAll('[data-days]')) {
      const held = button.dataset.days ? wanted.after === daysAgo(button.dataset.days) : !wanted.after;
      button.setAttribute('aria-pressed', String(held && !wanted.before));
    }
  };
  const daysAgo = (days) => {
    const day = wanted.as_of ? new Date(`${wanted.as_of}T12:00`) : new Date();
    day.setDate(day.getDate() - Number(days));
    return [day.getFullYear(), day.getMonth() + 1, day.getDate()].map((n) => String(n).padStart(2, '0')).join('-');
  };
  const days = [['after', 'from '], ['before', 'until '], ['as_of', 'as of ']];
  const chips = () => {
    const place = one('#dl-active');
    if (!place) return;
    const said = days.filter(([name]) => wanted[name]).map(([name, text]) => [text + wanted[name], () => { wanted[name] = ''; }]);
    for (const name of ['sources', 'tags']) {
      for (const each of wanted[name]) {
        said.push([name === 'tags' ? `#${each}` : each, () => { wanted[name] = wanted[name].filter((v) => v !== each); }]);
      }
    }
    for (const each of wanted.articles) {
      said.push([`only: ${each.title || 'untitled article'}`, () => { wanted.articles = wanted.articles.filter((a) => a !== each); }]);
    }
    place.replaceChildren(...said.map(([text, drop]) => {
      const chip = document.createElement('button');
      chip.type = 'button';
      chip.textContent = text;
      chip.setAttribute('aria-label', `Remove filter: ${text}`);
      const cross = document.createElement('i');
      cross.textContent = '×';
      cross.setAttribute('aria-hidden', 'true');
      chip.append(cross);
      chip.addEventListener('click', () => { drop(); toForm(); chips(); dateline.toQuestion(); });
      return chip;
    }));
  };
  const fromForm = () => {
    const picked = (name) => [...form().querySelectorAll(`input[name=${name}]:checked`)].map((box) => box.value);
    for (const name of ['after', 'before', 'as_of']) wanted[name] = form().elements[name].value;
    // What is not among the choices, such as a source whose articles are gone, stays until its chip is pressed.
    for (const name of ['sources', 'tags']) {
      const offered = new Set([...form().querySelectorAll(`input[name=${name}]`)].map((box) => box.value));
      wanted[name] = [...wanted[name].filter((value) => !offered.has(value)), ...picked(name)];
    }
    toForm();
    chips();
  };
  document.addEventListener('change', (event) => { if (event.target.closest?.('#dl-filters') && event.target.name) fromForm(); });
  document.addEventListener('input', (event) => {
    if (event.target.id === 'dl-find') list();
    if (!event.target.matches?.('.dl-narrow')) return;
    const word = event.target.value.toLowerCase();
    for (const label of event.target.parentElement.querySelectorAll('label')) {
      label.hidden = !label.textContent.toLowerCase().includes(word);
    }
  });
  document.addEventListener('submit', (event) => { if (event.target.closest('#dl-filters')) event.preventDefault(); });
  dateline.onClick('[data-days]', (button) => {
    setWanted({...wanted, after: button.dataset.days ? daysAgo(button.dataset.days) : '', before: ''});
  });
  dateline.onClick('[data-clear]', () => setWanted({}));
  dateline.onClick('[data-only]', (button) => {
    setWanted({...wanted, articles: [{id: button.dataset.only, title: button.dataset.title}]});
    button.closest('dialog').close();
    dateline.toQuestion();
  });
  // A filter taken off an answer no longer holds for what is asked next, either.
  dateline.onClick('[data-without]', (chip) => {
    const {without: kind, value, turnOf: turn} = chip.dataset;
    if (kind === 'all') setWanted({});
    else if (kind === 'article_ids') setWanted({...wanted, articles: wanted.articles.filter((a) => a.id !== value)});
    else if (kind === 'sources' || kind === 'tags') setWanted({...wanted, [kind]: wanted[kind].filter((v) => v !== value)});
    else setWanted({...wanted, [kind]: ''});
    dateline.tell('without', {turn, kind, value});
  });
  dateline.scope = (articles) => { setWanted({...wanted, articles}); dateline.toQuestion(); };

  dateline.refreshChoices = async () => {
    const offered = await dateline.call('choices');
    for (const name of ['sources', 'tags']) one(`#dl-${name}`).innerHTML = offered[name];
    one('#dl-span').textContent = offered.span;
    toForm();
  };
  window.addEventListener('dateline', () => {
    foldAsUsual();
    toForm();
    dateline.refreshChoices();
    list();
  });
  foldAsUsual();
})();
