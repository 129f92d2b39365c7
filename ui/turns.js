// What can be done with an answer: copied with footnotes, saved as a file, judged.
(() => {
  'use strict';
  const dateline = window.dateline;
  const types = {md: 'text/markdown', html: 'text/html', pdf: 'application/pdf', json: 'application/json'};
  const here = () => document.querySelector('.dl-head')?.dataset.conversation ?? '';

  dateline.onClick('[data-footnotes]', async (button) => {
    dateline.copy(button, await dateline.call('footnotes', {conversation: here(), turn: button.dataset.footnotes}));
  });
  dateline.onClick('[data-export]', async (button) => {
    const suffix = button.dataset.export;
    const {name, data} = await dateline.call('export', {conversation: here(), turn: button.dataset.turnOf, suffix});
    const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([bytes], {type: types[suffix]}));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
    button.closest('details').open = false;
  });
  document.addEventListener('click', (event) => {
    for (const open of document.querySelectorAll('.dl-save[open]')) if (!open.contains(event.target)) open.open = false;
  });

  const form = dateline.dialog('dl-feedback', 'dl-feedback-title', 'Close without saying anything');
  form.querySelector('div').innerHTML = `<h2 id="dl-feedback-title"></h2><p>Kept on this machine.</p><form class="dl-form">
    <label>The right answer, if you know it<input name="expected" type="text" autocomplete="off"></label>
    <label>Note<textarea name="note" rows="3"></textarea></label><button type="submit" class="dl-go">Keep</button></form>`;
  let judged = null;
  const judge = async (button, more = {}) => {
    const {judge: verdict, turnOf: turn} = button.dataset;
    const problem = await dateline.call('judge', {conversation: here(), turn, verdict, ...more});
    const group = document.querySelector(`.dl-turn[data-turn="${Number(turn)}"] .dl-judge`);
    for (const each of group.querySelectorAll('button')) {
      each.setAttribute('aria-pressed', String(!problem && each.dataset.judge === verdict));
    }
    let said = group.querySelector('[role=status]');
    if (!said) {
      said = document.createElement('span');
      said.setAttribute('role', 'status');
      group.append(said);
    }
    said.textContent = problem || 'Kept';
  };
  dateline.onClick('[data-judge]', (button) => {
    if (button.dataset.judge === 'right') { judge(button); return; }
    judged = button;
    form.querySelector('form.dl-form').reset();
    form.querySelector('h2').textContent = button.dataset.judge === 'wrong' ? 'What is wrong?' : 'Which source is missing?';
    dateline.show(form);
  });
  form.addEventListener('submit', (event) => {
    if (!event.target.matches('.dl-form')) return;
    event.preventDefault();
    form.close();
    judge(judged, Object.fromEntries(new FormData(event.target)));
  });
})();
