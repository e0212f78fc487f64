// The search of a printed site: everything happens here, in the browser. press/index.go says what the files hold.
(() => {
  const d = document, $ = s => d.querySelector(s), found = $('#found');
  if (!found) return;
  const root = new URL('../', d.currentScript.src), shards = {}, chunks = {};
  let head;
  window.bs = { head: h => { head = h }, words: (n, t) => { shards[n] = t }, papers: (n, l) => { chunks[n] = l } };
  const load = name => new Promise((done, no) => {
    const s = d.createElement('script');
    s.src = new URL('search/' + name + '.js', root); s.onload = done; s.onerror = () => no(Error(name));
    d.head.append(s);
  });
  const once = (held, key, name) => held[key] ? Promise.resolve() : load(name);

  // What is asked: words, "phrases" (as their words), -without, and author: category: topic:
  const fold = s => s.normalize('NFKD').replace(/\p{Mn}/gu, '').toLowerCase();
  const words = s => fold(s).split(/[^\p{L}\p{Nd}]+/u).filter(w => w && [...w].length <= 40).map(w => w.length > 3 && /[^s]s$/.test(w) ? w.slice(0, -1) : w);
  const signs = { author: 'a', au: 'a', category: 'c', cat: 'c', topic: 't' };
  const parse = text => {
    const asked = [];
    for (const [, not, field, quoted, bare] of text.matchAll(/(-?)(?:(\w+):)?(?:"([^"]*)"?|(\S+))/g)) {
      const value = quoted ?? bare, sign = signs[field?.toLowerCase()];
      const terms = sign === 'a' ? words(value).map(w => 'a:' + w) : sign ? [sign + ':' + fold(value)] : words((field ? field + ' ' : '') + value);
      for (const t of terms) asked.push({ t, not: !!not, phrase: quoted !== undefined && !sign });
    }
    return asked;
  };
  const shard = t => {
    const [, sign, word] = t.match(/^(?:([act]):)?(.*)$/su);
    return (sign ? sign + '-' : '') + [...word].slice(0, 2).map(c => /[a-z0-9]/.test(c) ? c : '_' + c.codePointAt(0).toString(16)).join('');
  };

  // scores returns paper → score of a term; of the last word typed also of the words that begin with it.
  const scores = (t, open) => {
    const terms = shards[shard(t)] || {}, of = new Map();
    for (const w of open && t.length > 2 ? Object.keys(terms).filter(w => w.startsWith(t)) : terms[t] ? [t] : []) {
      const list = terms[w], rare = Math.log(1 + (head.papers - list.length + .5) / (list.length + .5)) * (w === t ? 1 : .6);
      let at = -1;
      for (const x of list) { at += x >> 4; of.set(at, Math.max(of.get(at) || 0, rare * (x & 15))) }
    }
    return of;
  };
  const search = async text => {
    const asked = parse(text), notes = [];
    const used = asked.filter(a => !head.common.includes(a.t));
    if (used.some(a => a.phrase)) notes.push('A printed site cannot look for an exact phrase: these papers have all of its words.');
    const have = new Set(head.shards), names = [...new Set(used.map(a => shard(a.t)))].filter(n => have.has(n));
    await Promise.all(names.map(n => once(shards, n, 'w/' + n)));
    const yes = used.filter(a => !a.not).map((a, i, all) => scores(a.t, i === all.length - 1 && !/[\s"]$/.test(text) && !a.t.includes(':')));
    const sum = new Map(), many = new Map();
    for (const of of yes) for (const [p, s] of of) { sum.set(p, (sum.get(p) || 0) + s); many.set(p, (many.get(p) || 0) + 1) }
    for (const a of used) if (a.not) for (const p of scores(a.t).keys()) sum.delete(p);
    const ranked = list => list.sort((a, b) => sum.get(b) - sum.get(a) || a - b);
    let list = ranked([...sum.keys()].filter(p => many.get(p) === yes.length));
    if (!list.length && sum.size) { notes.push('No paper has all of these words. These have some.'); list = ranked([...sum.keys()]) }
    return { list, notes };
  };

  // What is shown. Texts go in as texts.
  const el = (tag, cls, ...kids) => { const e = d.createElement(tag); if (cls) e.className = cls; e.append(...kids); return e };
  const link = (to, text) => { const a = el('a', '', text); a.href = to; return a };
  const row = (n, [key, title, who, day, votes, claim]) => {
    const date = link(new URL('papers/date/' + day + '/index.html', root), day);
    const meta = el('span', 'meta', el('span', '', who), ' ', el('span', '', date), ' ', el('span', '', votes + (votes === 1 ? ' vote' : ' votes')));
    const body = el('div', '', el('h2', 'title', link(new URL('papers/' + key.split('/').map(encodeURIComponent).join('/') + '/index.html', root), title)));
    if (claim) body.append(el('p', 'claim', claim));
    body.append(el('div', 'foot', meta));
    const a = el('article', 'item hit', el('p', 'rank', String(n)), body);
    a.dataset.row = '';
    return el('li', '', a);
  };
  const size = 20;
  const show = async (text, page) => {
    if (!head) await load('head');
    const { list, notes } = await search(text), part = list.slice((page - 1) * size, page * size);
    await Promise.all([...new Set(part.map(p => Math.floor(p / head.chunk)))].map(n => once(chunks, n, 'p/' + n)));
    found.replaceChildren(el('div', 'sect', el('h1', '', list.length.toLocaleString('en-GB') + (list.length === 1 ? ' paper for ' : ' papers for '), el('em', '', text))));
    found.append(...notes.map(t => el('p', 'hint', t)));
    found.append(el('ol', '', ...part.map((p, i) => row((page - 1) * size + i + 1, chunks[Math.floor(p / head.chunk)][p % head.chunk]))));
    const to = n => '?' + new URLSearchParams({ q: text, page: n }), end = el('p', 'end');
    if (page > 1) end.append(link(to(page - 1), 'Before'), ' ');
    if (list.length > page * size) end.append(link(to(page + 1), 'More'));
    found.append(end);
    d.title = text + ' · Broadsheet';
  };
  const asked = new URLSearchParams(location.search), q = (asked.get('q') || '').trim().slice(0, 250);
  for (const i of d.querySelectorAll('input[name=q]')) i.value = q;
  if (q) show(q, Math.max(1, parseInt(asked.get('page'), 10) || 1)).catch(() => found.append(el('p', 'err', 'The files of the search cannot be read.')));
})();
