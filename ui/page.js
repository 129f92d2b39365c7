// What the page does without the server: [n] leads to its card and back, articles open in a dialog, keys work.
(() => {
  'use strict';
  const shownTurn = document.createElement('style');
  document.head.append(shownTurn);
  let seen = '';

  // The evidence of one turn is seen at a time. A style rule says which: the server may redraw the cards at any moment.
  const showTurn = (turn) => {
    shownTurn.textContent =
      `#dl-cards [data-evidence]{display:none}#dl-cards [data-evidence="${Number(turn)}"]{display:block}`;
  };
  const card = (key) => document.getElementById(`dl-card-${key}`);
  const claimsOf = (key) => {
    const [turn, number] = key.split('-');
    return document.querySelectorAll(`.dl-turn[data-turn="${turn}"] .dl-claim[data-numbers~="${number}"]`);
  };
  const light = (key, on) => {
    card(key)?.classList.toggle('dl-lit', on);
    claimsOf(key).forEach((claim) => claim.classList.toggle('dl-lit', on));
  };

  const goToCard = (key) => {
    showTurn(key.split('-')[0]);
    const target = card(key);
    if (!target) return;
    const folded = target.closest('details');
    if (folded) folded.open = true;
    const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
    target.scrollIntoView({behavior: calm ? 'auto' : 'smooth', block: 'nearest'});
    target.focus({preventScroll: true});
    target.classList.remove('dl-flash');
    void target.offsetWidth; // restarts the animation
    target.classList.add('dl-flash');
  };

  const reader = document.createElement('dialog');
  reader.id = 'dl-reader';
  reader.setAttribute('aria-labelledby', 'dl-reader-title');
  reader.innerHTML = '<form method="dialog"><button aria-label="Close the article">Close</button></form><div></div>';
  reader.addEventListener('click', (event) => { if (event.target === reader) reader.close(); });

  const openArticle = async (button) => {
    if (!reader.isConnected) document.body.append(reader);
    const body = reader.querySelector('div');
    body.textContent = 'Opening…';
    reader.showModal();
    try {
      body.innerHTML = await window.datelineOpen(button.dataset.open, JSON.parse(button.dataset.spans));
      (body.querySelector('mark') ?? body).scrollIntoView({block: 'center'});
    } catch {
      body.textContent = 'The article could not be opened: is Dateline still running?';
    }
  };

  const copy = async (button) => {
    const said = button.textContent;
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
      button.textContent = 'Copied';
    } catch {
      button.textContent = 'Not allowed';
    }
    setTimeout(() => { button.textContent = said; }, 1500);
  };

  document.addEventListener('click', (event) => {
    const cite = event.target.closest('[data-cite]');
    if (cite) { event.preventDefault(); goToCard(cite.dataset.cite); return; }
    const open = event.target.closest('[data-open]');
    if (open) { openArticle(open); return; }
    const copied = event.target.closest('[data-copy]');
    if (copied) { copy(copied); return; }
    const show = event.target.closest('[data-show]');
    if (show) {
      showTurn(show.dataset.show);
      document.querySelector(`[data-evidence="${Number(show.dataset.show)}"]`)?.scrollIntoView({block: 'nearest'});
    }
  });

  for (const [enter, leave] of [['mouseover', 'mouseout'], ['focusin', 'focusout']]) {
    for (const [name, on] of [[enter, true], [leave, false]]) {
      document.addEventListener(name, (event) => {
        const cite = event.target.closest?.('[data-cite], [data-card]');
        if (cite) light(cite.dataset.cite ?? cite.dataset.card, on);
      });
    }
  }

  document.addEventListener('keydown', (event) => {
    const typing = event.target.closest?.('input, textarea, select, [contenteditable]');
    if (event.key === '/' && !typing && !reader.open && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      document.querySelector('#dl-box textarea')?.focus();
    }
    if (event.key === 'Escape' && !reader.open) document.querySelector('#dl-box .stop-button')?.click();
  });

  // A new question goes to the top of the conversation and brings its own evidence to view; what is checked later
  // moves nothing.
  const follow = () => {
    const filters = document.querySelector('#dl-filters .toggle-button');
    if (filters && filters.getAttribute('aria-label') !== 'Filters') filters.setAttribute('aria-label', 'Filters');
    const turns = document.querySelectorAll('.dl-turn[data-turn]');
    const last = turns[turns.length - 1];
    const key = last && last.getAttribute('aria-busy') === 'true' ? `${last.dataset.turn} ${last.dataset.state}` : '';
    if (key === seen) return;
    seen = key;
    if (!key) return;
    showTurn(last.dataset.turn);
    last.scrollIntoView({block: 'start'});
  };
  new MutationObserver(follow).observe(document.body ?? document.documentElement, {childList: true, subtree: true, attributes: true, attributeFilter: ['data-turn', 'data-state']});
  document.documentElement.lang = 'en';
})();
