// Shows each visitor a number of their own, so that a call is known by its visit.
// Whatever fails, the page keeps its own number, and nothing is thrown or logged.
// For browsers since 2018: no look-behind, no `?.`, no `catch` without a name.
(() => {
  'use strict';
  const KEY = 'callcenter';
  const RUNS = Symbol.for(KEY);
  const script = document.currentScript || document.querySelector('script[data-tag][src*="dni.js"]');
  const options = script ? script.dataset : {};
  const tag = options.tag;
  if (!tag || !script.src || window[RUNS]) return;
  window[RUNS] = true;
  const base = new URL(script.src).origin + '/dni/v1/';

  // Blocked storage throws as soon as it is mentioned.
  const store = (kind, how, value) => {
    try {
      return window[kind][how](KEY, value);
    } catch (blocked) {}
  };
  const saved = () => {
    try {
      return { ...JSON.parse(store('sessionStorage', 'getItem')) };
    } catch (garbage) {
      return {};
    }
  };
  // Half a surrogate pair would be no JSON for the server.
  const cut = (text) => text.slice(0, 2000).replace(/[\uD800-\uDFFF]/gu, '');

  // Between digits: \s has the no-break spaces, U+2000 to U+206F the hyphens.
  const GAP = '[-\\s().\\/\\u00ad\\u00b7\\u2000-\\u206f\\u2212]*';
  // A bracket belongs to the number when it closes within.
  const LEAD = '(?:\\((?=[+\\d ]{1,5}\\)))?(?:\\+?1' + GAP + '|\\+)?';
  // Never in a longer number; after another country's code only to be left alone.
  const pattern = (forms) =>
    new RegExp('(^|[^\\d+.-]|(?:^|\\D)[.-]|\\+\\d{1,3}[^\\w+]+)(' + forms.join('|') + ')(?![-.]?\\d)', 'g');
  const ANY = pattern([LEAD + ['\\d{3}', '\\d{3}', '\\d{4}'].join(GAP), '\\+\\d(?:' + GAP + '\\d){7,13}']);
  const digits = (text) => text.replace(/\D/g, '');
  const national = (text) => digits(text).replace(/^1(?=\d{10}$)/, '');
  const list = (items) => [].concat(items || []).map(String);

  let number = ''; // none: the page shows its own
  let display = '';
  let format = '';
  let owns = []; // the page's own numbers
  let known = []; // they and ours, without the country code
  let exact;
  let marks = [];
  // Numbers shown so far: the page may bring back a copy of itself that has one.
  const shown = [];

  // Writes a number into the places of a form, if they are 10 or 11.
  const fill = (form, place, value) => {
    const all = digits(value);
    let at = 11 - (form.match(place) || []).length;
    return /^1.{10}$/.test(all) && (at === 0 || at === 1) && form.replace(place, () => all[at++]);
  };
  const instead = (old) => number || (shown.includes(national(old)) && owns[0]);
  const write = (old) => {
    const value = instead(old);
    if (!value) return old;
    const alike = national(old).length === 10 && !/\+[^1]/.test(old) && fill(old, /\d/g, value);
    return fill(format, /n/g, value) || alike || display || value;
  };
  const swap = (text, which) => text.replace(which, (all, before, found) => (before[0] === '+' ? all : before + write(found)));

  const SKIP =
    'head,img,input,select,textarea,script,style,noscript,svg,[data-callcenter-noswap],[contenteditable]:not([contenteditable=false])';
  // What the page had and what we wrote, by text or attribute node: gone with it.
  const kept = new WeakMap();
  let writes = 0;

  const own = (node) => {
    const { was, wrote } = kept.get(node) || {};
    return wrote === node.nodeValue ? was : node.nodeValue;
  };
  const put = (node, next) => {
    kept.set(node, { was: own(node), wrote: next });
    if (next === node.nodeValue) return;
    writes += 1;
    node.nodeValue = next;
  };
  const edit = (node, which) => {
    if (node && (kept.has(node) || /\d/.test(node.nodeValue))) put(node, swap(own(node), which));
  };
  const walk = (root) => document.createTreeWalker(root, 5, (node) => (node.nodeType === 1 && node.matches(SKIP) ? 2 : 1));

  const link = (href, marked, self) => {
    const was = own(href);
    const [, scheme, to = '', rest = ''] = /^(tel:|sms:)([^?;,&]*)(.*)/i.exec(was) || [];
    const old = national(to.replace(/%../g, ''));
    const value = scheme ? (marked || known.includes(old)) && instead(old) : self && number;
    if (value || kept.has(href)) put(href, value ? (scheme || 'tel:') + '+' + digits(value) + rest : was);
  };

  // An element that is a number whatever it says: without one, all its text is replaced.
  const whole = (el) => {
    const texts = [];
    for (const walker = walk(el); walker.nextNode(); ) if (walker.currentNode.nodeType === 3) texts.push(walker.currentNode);
    if (!number || texts.some((text) => own(text).search(ANY) >= 0)) return texts.forEach((text) => edit(text, ANY));
    // While the page loads, more of the element may be to come.
    if (document.readyState === 'loading' && !el.nextSibling && !el.parentNode.nextSibling) return;
    if (!texts.length && !el.firstElementChild) texts.push(el.appendChild(new Text()));
    const main = texts.find((text) => own(text).trim());
    texts.forEach((text) => put(text, text === (main || texts[0]) ? display : ''));
  };

  const scan = (root) => {
    const host = root.nodeType === 1 ? root : root.parentElement;
    if (!host || host.closest(SKIP)) return;
    const walker = walk(marks.map((mark) => host.closest(mark)).find(Boolean) || root);
    let marked;
    for (let node = walker.currentNode; node; node = walker.nextNode()) {
      marked = marked && marked.contains(node) && marked;
      if (node.nodeType === 3 && !marked) edit(node, exact);
      if (node.nodeType !== 1) continue;
      if (!marked && marks.some((mark) => node.matches(mark))) whole((marked = node));
      const which = marked ? ANY : exact;
      edit(node.getAttributeNode('title'), which);
      edit(node.getAttributeNode('aria-label'), which);
      if (node.matches('a[href]')) link(node.getAttributeNode('href'), marked, marked === node);
    }
  };

  // Our own changes come here too, and leave nothing to do.
  const observer = new MutationObserver((records) => {
    // A page that at once undoes what we write would go on for ever.
    if (writes > 2000) return;
    const roots = new Set();
    for (const { type, addedNodes, target } of records) (type === 'childList' ? addedNodes : [target]).forEach((node) => roots.add(node));
    roots.forEach((root) => root.isConnected && !roots.has(root.parentNode) && scan(root));
  });
  const show = () => {
    if (!exact || options.mode === 'callback') return;
    observer.observe(document, { subtree: true, childList: true, characterData: true, attributeFilter: ['href', 'title', 'aria-label'] });
    scan(document.documentElement);
  };

  let info;
  let told = '';
  const asked = [];
  // A mistake in the page's function shows as the page's own.
  const tell = (listener) => {
    try {
      listener(info.number, info);
    } catch (mistake) {
      setTimeout(() => {
        throw mistake;
      });
    }
  };
  const named = (...args) => {
    const listener = window[options.callback];
    if (typeof listener === 'function') listener(...args);
    // In the head we may be ahead of the page's function.
    else if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', () => named(...args));
  };
  if (options.callback) asked.push(named);

  let on = false;
  let visitor;
  let visit = {}; // another object after a change of consent
  let lease; // what the server said last
  let held = false; // and it said so to this page
  let busy, telling, timer, address;
  let fails = 0;
  let misses = 0;
  let beat = 60;
  let last = 0;
  let data = {}; // all that the page pushed
  let fresh = {}; // what of it the server has not heard

  const valid = (answer) => /^(\+\d+)?$/.test(Object(answer).number);
  const lost = (status) => [404, 409, 410].includes(status);
  const save = () => on && store('sessionStorage', 'setItem', JSON.stringify(visit));

  const use = (next) => {
    const { session, swap } = (lease = next);
    const rules = Object(swap);
    number = next.number;
    format = String(options.format || rules.format || '');
    display = number && ((options.format && fill(format, /n/g, number)) || String(next.display || number));
    if (number && !shown.includes(national(number))) shown.push(national(number));
    owns = list(rules.numbers).filter(digits);
    known = owns.concat(shown).map(national);
    exact = pattern(known.map((one) => (one.length === 10 ? LEAD : '\\+?') + one.split('').join(GAP)));
    // One by one: a wrong selector spoils a list.
    marks = ['[data-callcenter-number]', '.callcenter-number', ...list(rules.selectors)].filter((mark) => {
      try {
        return document.querySelector(mark) || true;
      } catch (wrong) {}
    });
    show();
    const about = { number, display, session, fallback: Boolean(next.fallback) };
    const now = JSON.stringify(about);
    const first = Boolean(number && visit.first);
    if (number) delete visit.first;
    save();
    if (now === told || !(told || number)) return;
    told = now;
    info = { ...about, first };
    asked.forEach(tell);
    document.dispatchEvent(new CustomEvent('callcenter:number', { detail: info }));
  };
  const unuse = () => lease && use({ ...lease, number: '', session: '', fallback: false });

  // A body that is text goes as text/plain, which needs no preflight.
  const post = async (path, message) => {
    const mine = visit;
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), 5000);
    const body = JSON.stringify({ tag, ...message });
    // Outlives the page; browsers refuse that above 64 KB.
    const keepalive = path !== 'assign' && body.length < 20000;
    let status, answer;
    try {
      const response = await fetch(base + path, { method: 'POST', body, credentials: 'omit', keepalive, signal: abort.signal });
      if (response.status === 200) answer = await response.json();
      status = response.status;
    } catch (failure) {}
    clearTimeout(timer);
    if (mine === visit) return { status, answer: valid(answer) && answer };
    // Consent has changed: nobody waits for this any more.
    if (path === 'assign' && valid(answer)) leave(answer);
    return new Promise(() => {});
  };

  // The server knows by `seen` when another page has spoken since.
  const leave = ({ session, seen }) => {
    try {
      if (!session || navigator.sendBeacon(base + 'leave', JSON.stringify({ tag, session, seen }))) return;
    } catch (blocked) {}
    post('leave', { session, seen });
  };

  const schedule = (seconds) => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      timer = 0;
      if (!document.hidden) keep();
    }, seconds * 1000);
  };

  // Asks for a number, or keeps it.
  const keep = async () => {
    if (!on || busy) return;
    busy = true;
    writes = 0;
    last = performance.now();
    address = location.href;
    const page = cut(address);
    const beating = held;
    if (!beating) fresh = {};
    const { status, answer } = await (beating
      ? post('beat', { session: lease.session, page })
      : post('assign', { visitor, session: Object(visit.answer).session, url: visit.url, referrer: visit.referrer, page, data }));
    busy = false;
    if (answer) {
      lease = beating ? { ...lease, ...answer } : answer;
      held = true;
      fails = 0;
      // A timer of over 24 days would fire at once.
      beat = Math.min(Math.max(lease.beat_s || 60, 1), 3600);
      schedule(location.href === address ? beat : 1);
      flush();
      Object.assign(visit, { tag, answer: lease, until: Date.now() + lease.expires_in_s * 1000 });
      use(lease);
    } else if (beating && lost(status)) {
      held = false;
      keep();
    } else if (!beating && [403, 404].includes(status)) {
      delete visit.answer;
      unuse();
      on = false;
    } else {
      fails += 1;
      schedule([beat, 5, 30][fails] || beat);
    }
  };

  // The visitor moved or is back. Once a second, and not before a retry is due.
  const nudge = () => {
    if (on && !document.hidden && !(fails && timer)) schedule(Math.max(0, 1 - (performance.now() - last) / 1000));
  };
  const moved = () => location.href === address || nudge();

  const flush = async () => {
    if (!held || telling || !Object.keys(fresh).length) return;
    const sent = fresh;
    telling = true;
    fresh = {};
    const { status } = await post('tags', { session: lease.session, data: sent });
    telling = false;
    if (lost(status)) {
      // The new lease gets all data.
      held = false;
      keep();
    } else if (status === 204) {
      misses = 0;
      flush();
    } else {
      fresh = { ...sent, ...fresh };
      misses += 1;
      // Later each beat takes it along.
      if (misses < 3) setTimeout(flush, misses < 2 ? 5000 : 30000);
    }
  };

  const begin = () => {
    if (on) return;
    // A page loaded in advance may never be seen.
    if (document.prerendering) return document.addEventListener('prerenderingchange', begin);
    on = true;
    visit = saved();
    visitor = store('localStorage', 'getItem');
    if (!/^[\w-]{22}$/.test(visitor)) {
      const random = btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(16))));
      visitor = random.slice(0, 22).replace(/\+/g, '-').replace(/\//g, '_');
      store('localStorage', 'setItem', visitor);
      visit.first = true;
    }
    // An advertisement or another site begins a new landing.
    const from = document.referrer;
    if (!visit.url || /[?&](utm_|(gclid|fbclid|msclkid)=)/i.test(location.search) || (from && from.split('/')[2] !== location.host)) {
      visit.url = cut(location.href);
      visit.referrer = cut(from);
    }
    if (visit.tag === tag && visit.until > Date.now() && valid(visit.answer)) use(visit.answer);
    else save();
    // What the page pushes meanwhile goes with it.
    Promise.resolve().then(keep);
  };

  const stop = () => {
    document.removeEventListener('prerenderingchange', begin);
    // A page before this one may have stored a lease.
    leave(Object(lease || saved().answer));
    on = held = busy = telling = false;
    clearTimeout(timer);
    data = {};
    fresh = {};
    visit = {};
    store('localStorage', 'removeItem');
    store('sessionStorage', 'removeItem');
    unuse();
    lease = null;
  };

  const push = (item) => {
    if (typeof item === 'function') {
      asked.push(item);
      if (number) tell(item);
      return;
    }
    const { consent, ...rest } = typeof item === 'object' ? item || {} : {};
    Object.keys(rest).forEach((key) => {
      const value = typeof rest[key] === 'string' ? cut(rest[key]) : rest[key];
      if (/^(st|bo)/.test(typeof value) || Number.isFinite(value)) data[cut(key)] = fresh[cut(key)] = value;
    });
    if (consent === true) begin();
    if (consent === false) stop();
    // What is pushed together is sent together.
    Promise.resolve().then(() => misses || flush());
  };
  // An element with this id would be here too.
  const queue = Array.isArray(window[KEY]) ? window[KEY] : [];
  const early = queue.splice(0);
  queue.push = (...items) => items.forEach(push);
  window[KEY] = queue;

  ['pushState', 'replaceState'].forEach((name) => {
    const original = history[name];
    history[name] = function (...args) {
      original.apply(this, args);
      moved();
    };
  });
  addEventListener('popstate', moved);
  addEventListener('hashchange', moved);
  document.addEventListener('visibilitychange', nudge);
  document.addEventListener('DOMContentLoaded', show);
  addEventListener('pagehide', () => {
    if (!on) return;
    leave(Object(lease));
    // Soon another visitor may have the number; the site's next page comes at once.
    visit.until = Math.min(visit.until, Date.now() + 30000);
    save();
  });
  addEventListener('pageshow', (event) => event.persisted && keep());

  if (options.consent !== 'required') begin();
  early.forEach(push);
})();
