// What the page does without the server: [n] leads to its card and back, articles open in a dialog, keys work.
(() => {
  'use strict';
  const dateline = window.dateline = window.dateline ?? {};
  const shownTurn = document.createElement('style');
  document.head.append(shownTurn);
  const calm = () => matchMedia('(prefers-reduced-motion: reduce)').matches;

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
  // A mark lights its card and the sentence before it; a card lights every sentence that rests on it.
  const light = (target, on) => {
    const key = target.dataset.cite ?? target.dataset.card;
    card(key)?.classList.toggle('dl-lit', on);
    const marked = target.dataset.cite ? target.previousElementSibling?.closest('.dl-claim, .dl-cite') : null;
    let claim = marked;
    while (claim?.matches('.dl-cite')) claim = claim.previousElementSibling;
    (claim ? [claim] : claimsOf(key)).forEach((each) => each.classList.toggle('dl-lit', on));
  };

  const goToCard = (key) => {
    showTurn(key.split('-')[0]);
    const target = card(key);
    if (!target) return;
    const folded = target.closest('details');
    if (folded) folded.open = true;
    target.scrollIntoView({behavior: calm() ? 'auto' : 'smooth', block: 'nearest'});
    target.focus({preventScroll: true});
    target.classList.remove('dl-flash');
    void target.offsetWidth; // restarts the animation
    target.classList.add('dl-flash');
  };

  // A dialog that the page fills; it closes by its button, by Esc and by a click beside it.
  dateline.dialog = (id, labelledBy, closing) => {
    const dialog = document.createElement('dialog');
    dialog.id = id;
    dialog.className = 'dl-dialog';
    dialog.setAttribute('aria-labelledby', labelledBy);
    dialog.innerHTML = `<form method="dialog"><button aria-label="${closing}">Close</button></form><div></div>`;
    dialog.addEventListener('click', (event) => { if (event.target === dialog) dialog.close(); });
    return dialog;
  };
  dateline.show = (dialog) => {
    if (!dialog.isConnected) (document.querySelector('.gradio-container') ?? document.body).append(dialog);
    if (!dialog.open) dialog.showModal();
  };
  const dialogIsOpen = () => document.querySelector('dialog[open]') !== null;

  const reader = dateline.dialog('dl-reader', 'dl-reader-title', 'Close the article');
  const spansOf = (button) => JSON.parse(button.dataset.spans ?? '[]');
  const openArticle = async (button) => {
    const body = reader.querySelector('div');
    body.textContent = 'Opening…';
    dateline.show(reader);
    const article = button.dataset.open;
    const turn = button.closest('[data-evidence]');
    const beside = turn ? [...turn.querySelectorAll('[data-open]')].filter((b) => b.dataset.open === article) : [];
    try {
      const others = beside.flatMap(spansOf);
      body.innerHTML = await dateline.call('article', {article, spans: spansOf(button), others});
      (body.querySelector('mark.dl-here') ?? body.querySelector('h2') ?? body).scrollIntoView({block: 'center'});
    } catch {
      body.textContent = 'The article could not be opened: is Dateline still running?';
    }
  };

  dateline.copy = async (button, text) => {
    const said = button.textContent;
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = 'Copied';
    } catch {
      button.textContent = 'Not allowed';
    }
    setTimeout(() => { button.textContent = said; }, 1500);
  };

  dateline.onClick = (selector, action) => {
    document.addEventListener('click', (event) => {
      const target = event.target.closest?.(selector);
      if (target) action(target, event);
    });
  };
  dateline.onClick('[data-cite]', (cite, event) => { event.preventDefault(); goToCard(cite.dataset.cite); });
  dateline.onClick('[data-open]', (open) => openArticle(open));
  dateline.onClick('[data-copy]', (button) => dateline.copy(button, button.dataset.copy));
  dateline.onClick('[data-show]', (show) => {
    showTurn(show.dataset.show);
    document.querySelector(`[data-evidence="${Number(show.dataset.show)}"]`)?.scrollIntoView({block: 'nearest'});
  });
  dateline.onClick('[data-ask]', (example) => {
    dateline.tell('ask', {question: example.dataset.ask, wanted: dateline.wanted()});
  });
  dateline.onClick('[data-retry]', () => dateline.tell('retry'));

  for (const [enter, leave] of [['mouseover', 'mouseout'], ['focusin', 'focusout']]) {
    for (const [name, on] of [[enter, true], [leave, false]]) {
      document.addEventListener(name, (event) => {
        const target = event.target.closest?.('[data-cite], [data-card]');
        if (target) light(target, on);
      });
    }
  }

  dateline.toQuestion = () => document.querySelector('#dl-box textarea')?.focus();
  dateline.asked = () => document.querySelector('#dl-box textarea')?.value ?? '';
  document.addEventListener('keydown', (event) => {
    const typing = event.target.closest?.('input:not([type=checkbox]), textarea, select, [contenteditable]');
    const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
    if (event.key === '/' && !typing && !dialogIsOpen() && plain) {
      event.preventDefault();
      dateline.toQuestion();
    }
    if (event.key === 'Escape' && !dialogIsOpen()) document.querySelector('#dl-box .stop-button')?.click();
  });

  // Gradio drops an Enter that comes between the end of an answer and its own end of the event: press again until it is heard.
  const settled = () => document.querySelector('.dl-turn[aria-busy="true"]') === null;
  document.addEventListener('keydown', (event) => {
    const box = event.target.closest?.('#dl-box textarea');
    if (!box || event.key !== 'Enter' || event.shiftKey || event.isComposing || !box.value.trim() || !settled()) return;
    const asked = box.value;
    let left = 120;
    const again = setInterval(() => {
      if (box.value !== asked || !settled() || !left--) clearInterval(again);
      else document.querySelector('#dl-box .submit-button')?.click();
    }, 500);
  });

  // A new question goes to the top of the conversation and brings its own evidence to view; what is checked later
  // moves nothing. A conversation that is opened shows its newest turn.
  let seen = '';
  let conversation = null;
  const follow = () => {
    const head = document.querySelector('.dl-head');
    const turns = document.querySelectorAll('.dl-turn[data-turn]');
    // The element stays and its attributes change: what it says tells one conversation from the next.
    const said = head && `${head.dataset.conversation} ${head.dataset.title} ${turns.length}`;
    if (head && said !== conversation && dateline.onConversation) {
      conversation = said;
      dateline.onConversation(head.dataset);
    }
    const last = turns[turns.length - 1];
    if (!last) { seen = ''; return; }
    const busy = last.getAttribute('aria-busy') === 'true';
    const key = `${head?.dataset.conversation} ${last.dataset.turn} ${busy ? last.dataset.state : ''}`;
    if (key === seen || (!busy && seen.startsWith(`${head?.dataset.conversation} ${last.dataset.turn} `))) return;
    seen = key;
    showTurn(last.dataset.turn);
    last.scrollIntoView({block: 'start'});
  };
  new MutationObserver(follow).observe(document.documentElement, {
    childList: true, subtree: true, attributes: true, attributeFilter: ['data-turn', 'data-state', 'data-conversation'],
  });
  document.documentElement.lang = 'en';
})();
