// Broadsheet. Everything here is an enhancement: without it, forms post and links go.
(() => {
  const d = document, root = d.documentElement;
  const $ = (s, e = d) => e.querySelector(s), $$ = (s, e = d) => [...e.querySelectorAll(s)];
  const get = k => { try { return localStorage.getItem(k) } catch { return null } };
  const set = (k, v) => { try { localStorage.setItem(k, v) } catch { } };
  const say = t => { const s = $('#say'); if (s) s.textContent = t };

  // Theme: auto, light, dark. The server keeps it in a cookie and sets data-theme; this only saves the trip.
  const theme = b => {
    const t = b.hasAttribute('data-theme-toggle') ? isDark() ? 'light' : 'dark' : b.value;
    fetch(b.form.action, { method: 'POST', body: new URLSearchParams({ theme: t }), redirect: 'manual' }).catch(() => { });
    t === 'auto' ? root.removeAttribute('data-theme') : root.setAttribute('data-theme', t);
    $$('.seg [name=theme]').forEach(b => b.setAttribute('aria-pressed', b.value === t));
    say(t === 'auto' ? 'Colours as the system has them' : t === 'dark' ? 'Dark' : 'Light');
  };
  const isDark = () => root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme:dark)').matches;

  // Rows. Real focus moves, so the browser draws the state and screen readers follow.
  const rows = () => $$('[data-row]:not([hidden])'), row = () => d.activeElement?.closest('[data-row]');
  const focus = r => { ($('.title a', r) || r).focus({ preventScroll: true }); r.scrollIntoView({ block: 'nearest' }) };
  const step = n => { const r = rows(), i = r.indexOf(row()); if (r.length) focus(r[Math.max(0, Math.min(r.length - 1, i < 0 ? 0 : i + n))]) };
  const draw = (b, on, n) => {
    const label = b.lastElementChild;
    b.setAttribute('aria-pressed', on);
    if (b.name === 'save') return label.textContent = on ? 'Saved' : 'Save';
    if (b.name === 'follow') return b.firstElementChild.textContent = on ? '✓ Following' : 'Follow';
    const t = [...($('.leading-none', label) || label).childNodes].find(x => x.nodeType === 3);
    t.data = (n ?? +t.data.replace(/,/g, '') + (on ? 1 : -1)).toLocaleString('en-GB');
    label.firstElementChild.textContent = on ? 'Upvoted, ' : 'Upvote, ';
  };
  // A vote or a save: drawn at once, posted, and set right by the answer. What the server refuses is posted
  // again as the form that it is, so that its page says why; where no server answers, this page stays.
  const toggle = b => {
    if (!b?.form || b.ariaBusy) return;
    const on = b.getAttribute('aria-pressed') !== 'true';
    draw(b, on); b.ariaBusy = 'true';
    fetch(b.hasAttribute('formaction') ? b.formAction : b.form.action, { method: 'POST', headers: { Accept: 'application/json' }, body: new URLSearchParams({ [b.name]: b.value }), redirect: 'manual', keepalive: true })
      .then(r => r.ok ? r.json() : Promise.reject(r)).then(a => {
        draw(b, on, a.n);
        b.value = b.name === 'react' ? on ? 'none' : 'up' : on ? 0 : 1;
        say(b.name === 'save' ? on ? 'Saved' : 'Removed from saved' : b.name === 'follow' ? on ? 'Following' : 'Not followed any more' : on ? 'Upvoted' : 'Vote withdrawn');
      }).catch(r => { draw(b, !on); if (!r.headers) return say('The server does not answer. Nothing was changed.'); plain = b; b.form.requestSubmit(b) }).finally(() => { b.ariaBusy = null });
  };
  let plain;

  // Desk. Every act is posted, then the page is fetched again; what others do meanwhile is drawn as well.
  const desk = $('#desk[data-act]'), told = t => { say(t || 'Done'); $('#told', desk)?.replaceChildren(t || '') };
  const redraw = async at => {
    const r = await fetch(location.href), n = new DOMParser().parseFromString(await r.text(), 'text/html').getElementById('desk');
    if (!n) return location.reload();
    const open = $$('details[open]', desk).map(e => e.id);
    at ||= row()?.id;
    desk.replaceChildren(...n.childNodes); Object.assign(desk.dataset, n.dataset);
    open.forEach(i => { const e = i && d.getElementById(i); if (e) e.open = true });
    const e = at && d.getElementById(at);
    if (e) focus(e);
  };
  let queue = Promise.resolve();
  const act = (r, what, at) => {
    queue = queue.then(async () => {
      const q = new URLSearchParams({ day: desk.dataset.day, seen: desk.dataset.act, paper: r?.dataset.paper || 0, ...what });
      const a = await (await fetch('/desk', { method: 'POST', headers: { Accept: 'application/json' }, body: q })).json().catch(() => ({}));
      await redraw(at || r?.id); told(a.error);
    }).catch(() => told('The desk does not answer. Nothing was changed.'));
  };
  const next = r => { const a = rows(), i = a.indexOf(r); return (a[i + 1] || a[i - 1])?.id };
  const busy = () => /^(INPUT|TEXTAREA|SELECT)$/.test(d.activeElement?.tagName) || $$('textarea', desk).some(t => t.value !== t.defaultValue);
  const poll = async () => {
    const a = await (await fetch('/desk/changes?after=' + desk.dataset.act)).json();
    if (a.day === desk.dataset.day && a.act <= desk.dataset.act) return;
    if (busy()) return told(a.says.join(' '));
    await redraw(); told(a.says.join(' '));
  };
  if (desk) {
    setInterval(() => { if (!d.hidden) queue = queue.then(poll).catch(() => { }) }, 3000);
    const mine = e => e.target.closest?.('#order>[data-row]');
    let held;
    d.addEventListener('mousedown', e => { const r = mine(e); if (r) r.draggable = !e.target.closest('a,button,details,form') });
    d.addEventListener('dragstart', e => { held = mine(e); held && e.dataTransfer.setData('text/plain', held.id) });
    d.addEventListener('dragover', e => { if (held && mine(e)) e.preventDefault() });
    d.addEventListener('drop', e => {
      const r = mine(e); if (!held || !r || r === held) return;
      e.preventDefault();
      const b = r.getBoundingClientRect(), to = e.clientY < b.top + b.height / 2 ? r : r.nextElementSibling;
      act(held, { do: 'put', before: to?.dataset.paper || 0 }); held = null;
    });
  }

  // Suggestions while typing: the browser draws the list.
  let typing;
  d.addEventListener('input', e => {
    const i = e.target;
    if (i.name !== 'q' || i.type !== 'search') return;
    clearTimeout(typing);
    const asked = i.value;
    if (asked.trim().length > 2) typing = setTimeout(() => fetch('/api/papers/suggest?q=' + encodeURIComponent(asked)).then(r => r.ok ? r.json() : []).then(a => {
      if (i.value !== asked) return;
      const l = $('#suggest') || d.body.appendChild(Object.assign(d.createElement('datalist'), { id: 'suggest' }));
      i.setAttribute('list', 'suggest');
      l.replaceChildren(...a.map(s => Object.assign(d.createElement('option'), { value: s.query, label: s.text })));
    }).catch(() => { }), 150);
  });

  // Passkeys. The server makes the options and checks the answer.
  const K = window.PublicKeyCredential, passkeys = !!K?.parseRequestOptionsFromJSON;
  const post = async (to, body) => {
    const r = await fetch(to, { method: 'POST', body, headers: { Accept: 'application/json' } }), j = await r.json();
    if (!r.ok) throw Error(j.error);
    return j;
  };
  const passkey = async b => {
    const to = b.dataset.passkey, next = b.dataset.next, make = to.startsWith('/account');
    b.setAttribute('aria-busy', true);
    try {
      const { publicKey: o } = await post(to + '/options');
      const key = make ? await navigator.credentials.create({ publicKey: K.parseCreationOptionsFromJSON(o) })
        : await navigator.credentials.get({ publicKey: K.parseRequestOptionsFromJSON(o) });
      location.href = (await post(to + (next ? '?next=' + encodeURIComponent(next) : ''), JSON.stringify(key))).next;
    } catch (e) {
      const t = e.name === 'NotAllowedError' ? 'No passkey was used.' : e.message, p = d.createElement('p');
      b.parentNode.querySelector('.err')?.remove();
      p.className = 'err'; p.textContent = t; b.after(p); say(t);
    }
    b.removeAttribute('aria-busy');
  };
  if (passkeys) $$('[data-passkey]').forEach(b => { b.hidden = false });

  const help = () => { const k = $('#keys'); if (k) k.open ? k.close() : k.showModal() };
  const places = { d: root.dataset.day, w: root.dataset.week, m: root.dataset.month, t: root.dataset.trending };
  const keys = {
    j: () => step(1), k: () => step(-1), '?': help,
    '/': () => $$('input[type=search]').find(i => i.offsetParent)?.focus(),
    o: r => $('.title a', r)?.click(), c: r => $('.talk', r)?.click(),
    a: r => { const x = $('details.abs', r); if (x) x.open = !x.open },
    u: r => toggle($('button.vote', r)), s: r => toggle($('button.save', r)),
    ...desk && {
      y: r => act(r, { do: 'keep' }, next(r)), n: r => act(r, { do: 'skip' }, next(r)), w: r => act(r, { do: 'later' }, next(r)),
      z: () => { const b = $('[data-mine]', desk); if (b) act(null, { do: 'undo', act: b.form.elements.act.value }, row()?.id) },
      J: r => act(r, { do: 'down' }), K: r => act(r, { do: 'up' }), l: r => act(r, { do: 'lead' }),
      P: () => { location.href = '/desk/publish' }
    }
  };
  const free = new Set(['j', 'k', '?', '/', 'z', 'P']);
  let g = 0;
  d.addEventListener('keydown', e => {
    if (e.ctrlKey || e.metaKey || e.altKey || get('keys') === 'off' || /^(INPUT|TEXTAREA|SELECT)$/.test(e.target.tagName)) return;
    if (e.key === 'g') { g = Date.now(); return }
    if (Date.now() - g < 1200 && places[e.key]) { location.href = places[e.key]; return e.preventDefault() }
    const f = keys[e.key], r = row();
    if (f && (r || free.has(e.key))) { f(r); e.preventDefault() }
  });

  d.addEventListener('click', e => {
    const t = e.target.closest('button,a'); if (!t) return;
    const stop = () => e.preventDefault();
    if (t.name === 'theme') { theme(t); stop() }
    else if (t.dataset.passkey) passkey(t);
    else if (t.matches('button:is(.vote,.save,[name=follow][aria-pressed])') && t.form && t !== plain) { toggle(t); stop() }
    else if (desk && t.name === 'do' && t.value !== 'say' && !t.form.elements.other) {
      const r = t.closest('[data-row]'), n = /keep|skip|later/.test(t.value) ? next(r) : r?.id;
      act(r, { do: t.value, act: t.form.elements.act?.value || 0 }, n); stop();
    }
    else if (t.hasAttribute('data-keys')) { help(); stop() }
    else if (t.dataset.copy) navigator.clipboard?.writeText($(t.dataset.copy).value || $(t.dataset.copy).textContent).then(() => {
      const was = t.textContent; t.textContent = 'Copied'; say('Copied'); setTimeout(() => { t.textContent = was }, 2000);
    });
  });
  $('.nav [aria-current]')?.scrollIntoView({ inline: 'center', block: 'nearest' });
  const on = $('[data-keys-on]');
  if (on) { on.checked = get('keys') !== 'off'; on.onchange = () => set('keys', on.checked ? 'on' : 'off') }
})();
