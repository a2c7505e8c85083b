/* The alarm board. Asks the server each second what has changed (304: nothing), exchanges only the cards that did, says so aloud, rings if
   it was asked to, and tells when the connection or the session is gone. Contract: templates/posts/board.html, board_list.html. */
(function () {
  'use strict';
  var board = document.getElementById('board');
  if (!board || !window.fetch || !window.Promise) { return; } // the page then renews itself as a whole
  var EACH = 1000, PATIENCE = 8000, RING_AGAIN = 8000;
  var list = document.getElementById('board-list'), spoken = document.getElementById('board-spoken');
  var lost = document.getElementById('board-lost'), ended = document.getElementById('board-ended');
  var clock = document.getElementById('board-clock'), soundButton = document.getElementById('board-sound');
  var tag = '"' + board.getAttribute('data-version') + '"', house = document.title;
  var ahead = new Date(board.getAttribute('data-now')).getTime() - Date.now(); // how far the server's clock is ahead of ours
  var lastHeard = Date.now(), timer = null, asking = false, loggedOut = false;
  function words(name) { return board.getAttribute('data-' + name) || ''; }
  function json(id) { return JSON.parse(document.getElementById(id).textContent); }
  function two(number) { return (number < 10 ? '0' : '') + number; }
  function clockTime(at) { // Chinese time, whatever zone this machine is set to; China keeps no summer time
    var there = new Date(at.getTime() + 8 * 3600 * 1000);
    return two(there.getUTCHours()) + ':' + two(there.getUTCMinutes()) + ':' + two(there.getUTCSeconds());
  }

  /* -- the map -- */
  var map = null;
  if (window.L && window.stationMap) {
    map = window.stationMap(document.getElementById('board-map'), json('map-standing'));
    map.move(json('map-moving'));
    map.onAlarm(function (id) { point(document.getElementById('alarm-' + id)); });
  }
  function point(card) {
    if (!card) { return; }
    Array.prototype.forEach.call(list.querySelectorAll('.acard-shown'), function (other) { other.classList.remove('acard-shown'); });
    card.classList.add('acard-shown');
    card.scrollIntoView({ block: 'nearest' });
  }

  /* -- sound: a browser lets a page ring only after somebody has touched it -- */
  var audio = null, rang = 0, wanted = false;
  function ring() {
    var start, i;
    if (!audio || audio.state !== 'running') { return; }
    rang = Date.now();
    start = audio.currentTime + 0.02;
    for (i = 0; i < 4; i++) { tone(i % 2 ? 660 : 880, start + i * 0.22); }
  }
  function tone(pitch, at) {
    var voice = audio.createOscillator(), loud = audio.createGain();
    voice.frequency.value = pitch;
    loud.gain.setValueAtTime(0.0001, at);
    loud.gain.exponentialRampToValueAtTime(0.4, at + 0.03);
    loud.gain.exponentialRampToValueAtTime(0.0001, at + 0.2);
    voice.connect(loud);
    loud.connect(audio.destination);
    voice.start(at);
    voice.stop(at + 0.22);
  }
  function remember(on) { try { localStorage.setItem('board-sound', on ? 'on' : ''); } catch (error) { wanted = on; } }
  function remembered() { try { return localStorage.getItem('board-sound') === 'on'; } catch (error) { return false; } }
  function showSound() {
    var on = wanted && audio && audio.state === 'running';
    soundButton.setAttribute('aria-pressed', on ? 'true' : 'false');
    soundButton.querySelector('span').textContent = soundButton.getAttribute(on ? 'data-on' : 'data-off');
  }
  function wake() {
    var Context = window.AudioContext || window.webkitAudioContext;
    audio = audio || new Context();
    return audio.resume().then(showSound);
  }
  if (window.AudioContext || window.webkitAudioContext) {
    soundButton.hidden = false;
    wanted = remembered();
    soundButton.addEventListener('click', function () {
      wanted = !(wanted && audio && audio.state === 'running');
      remember(wanted);
      if (wanted) { wake().then(ring); } else { showSound(); }
    });
    if (wanted) {
      // Asked for before: the first touch of the page is enough.
      document.addEventListener('pointerdown', function once() { document.removeEventListener('pointerdown', once); if (wanted) { wake(); } });
    }
  }

  /* -- how long ago, and the clock -- */
  function ago(since) {
    var seconds = Math.max(0, Math.round((Date.now() + ahead - since) / 1000));
    if (seconds < 5) { return words('ago-now'); }
    if (seconds < 60) { return words('ago-seconds').replace('{n}', seconds); }
    if (seconds < 3600) { return words('ago-minutes').replace('{n}', Math.floor(seconds / 60)); }
    return words('ago-hours').replace('{n}', Math.floor(seconds / 3600));
  }
  function tick() {
    clock.textContent = clockTime(new Date(Date.now() + ahead));
    Array.prototype.forEach.call(list.querySelectorAll('[data-ago]'), function (place) {
      var said = ago(new Date(place.getAttribute('data-ago')).getTime());
      if (place.textContent !== said) { place.textContent = said; }
    });
    if (wanted && list.querySelector('[data-waiting]') && Date.now() - rang > RING_AGAIN) { ring(); }
  }

  /* -- exchanging what has changed -- */
  function prepare(part) {
    Array.prototype.forEach.call(part.querySelectorAll('[data-show]'), function (button) { button.hidden = !map; });
  }
  function known() {
    var ids = {};
    Array.prototype.forEach.call(list.querySelectorAll('[data-alarm]'), function (card) { ids[card.id] = card.hasAttribute('data-waiting'); });
    return ids;
  }
  function hold(card) {
    var here = document.activeElement, typed;
    if (!card.contains(here) && !card.querySelector('details[open]')) { return null; }
    typed = card.querySelector('input[name=note]');
    return { key: card.contains(here) ? here.getAttribute('data-k') || here.name : '', open: !!card.querySelector('details[open]'), note: typed ? typed.value : '' };
  }
  function giveBack(card, held) {
    var details = card.querySelector('details'), note = card.querySelector('input[name=note]'), again;
    if (!held) { return; }
    if (held.open && details) { details.open = true; }
    if (note && held.note) { note.value = held.note; }
    if (!held.key) { return; }
    again = card.querySelector('[data-k="' + held.key + '"], input[name="' + held.key + '"]') || card.querySelector('.acard-acts button, .acard-acts summary, h3 a');
    if (again) { again.focus(); }
  }
  function exchangeCards(old, fresh) {
    var wantedCards = Array.prototype.slice.call(fresh.children), keep = {};
    wantedCards.forEach(function (card) { keep[card.id] = true; });
    Array.prototype.slice.call(old.children).forEach(function (card) { if (!keep[card.id]) { old.removeChild(card); } });
    wantedCards.forEach(function (card, place) {
      var now = document.getElementById(card.id), held;
      if (now && now.parentNode === old && now.getAttribute('data-v') === card.getAttribute('data-v')) { card = now; held = null; }
      else { held = now ? hold(now) : null; if (now) { now.parentNode.removeChild(now); } }
      if (old.children[place] !== card) { old.insertBefore(card, old.children[place] || null); }
      giveBack(card, held);
    });
  }
  function exchange(html) {
    var fresh = document.createElement('div'), before = known(), news = [];
    fresh.innerHTML = html;
    prepare(fresh);
    Array.prototype.forEach.call(fresh.querySelectorAll('[data-region]'), function (part) {
      var name = part.getAttribute('data-region'), old = list.querySelector('[data-region="' + name + '"]');
      if (part.tagName === 'OL') { exchangeCards(old, part.cloneNode(true)); }
      else if (old.getAttribute('data-v') !== part.getAttribute('data-v')) { old.innerHTML = part.innerHTML; old.setAttribute('data-v', part.getAttribute('data-v')); }
    });
    Array.prototype.forEach.call(list.querySelectorAll('[data-waiting]'), function (card) { if (!before[card.id]) { news.push(card); } });
    news.forEach(function (card) { card.classList.add('acard-new'); });
    if (news.length) {
      spoken.textContent = words('spoken') + ' ' + news.map(function (card) { return card.getAttribute('data-says'); }).join('; ');
      list.scrollTop = 0;
      if (wanted) { ring(); }
    }
  }
  function badge(waiting, open) {
    var name = words('title');
    document.title = (waiting ? '(' + waiting + ') ' : '') + house;
    board.setAttribute('aria-label', name + (open ? ' ' + open : ''));
  }

  /* -- asking -- */
  function ask() {
    var stopped = window.AbortController ? new AbortController() : null, giveUp, began = Date.now();
    clearTimeout(timer);
    if (asking) { return; }
    asking = true;
    giveUp = setTimeout(function () { if (stopped) { stopped.abort(); } }, PATIENCE);
    fetch(board.getAttribute('data-url'), { headers: { 'If-None-Match': tag, Accept: 'application/json' }, cache: 'no-store', credentials: 'same-origin', redirect: 'manual', signal: stopped ? stopped.signal : undefined }).then(function (got) {
      if (got.type === 'opaqueredirect' || got.status === 403 || got.status === 404) { loggedOut = true; ended.hidden = false; heard(); return null; }
      if (got.status === 304) { heard(); return null; }
      if (!got.ok) { throw new Error('answer ' + got.status); }
      return got.json().then(function (told) {
        if (loggedOut) { location.reload(); return; } // a new session: its forms need new tokens
        tag = got.headers.get('ETag') || '';
        ahead = new Date(told.now).getTime() - Date.now();
        exchange(told.html);
        if (map) { map.move(told.moving); }
        badge(told.waiting, told.open);
        heard();
        tick();
      });
    }).then(null, function () { if (Date.now() - lastHeard > 2500) { silent(); } }).then(function () {
      clearTimeout(giveUp);
      asking = false;
      timer = setTimeout(ask, loggedOut ? 5 * EACH : Math.max(EACH / 4, EACH - (Date.now() - began)));
    });
  }
  function heard() { lastHeard = Date.now(); lost.hidden = true; if (!loggedOut) { ended.hidden = true; } }
  function silent() {
    if (!lost.hidden) { return; }
    lost.querySelector('[data-since]').textContent = clockTime(new Date(lastHeard + ahead));
    lost.hidden = false;
  }

  /* -- a press of a button -- */
  function refuse(form, why) {
    var card = form.parentNode, place;
    while (card && !card.hasAttribute('data-alarm')) { card = card.parentNode; }
    place = card && card.querySelector('.acard-refused');
    if (place) { place.textContent = why; place.hidden = false; }
  }
  // Not disabled: a button that rests must keep the focus, or the keyboard is lost on the page.
  function rest(form, resting) {
    if (resting) { form.setAttribute('data-busy', ''); } else { form.removeAttribute('data-busy'); }
    Array.prototype.forEach.call(form.querySelectorAll('button'), function (button) {
      button.setAttribute('aria-disabled', resting ? 'true' : 'false');
      button.classList.toggle('is-sent', resting);
    });
  }
  list.addEventListener('submit', function (event) {
    var form = event.target, sent, pressed = event.submitter || document.activeElement;
    if (!form.hasAttribute('data-act')) { return; }
    event.preventDefault();
    if (form.hasAttribute('data-busy')) { return; }
    sent = new FormData(form);
    if (pressed && pressed.name && pressed.form === form) { sent.append(pressed.name, pressed.value); }
    rest(form, true);
    fetch(form.action, { method: 'POST', body: sent, headers: { Accept: 'application/json' }, credentials: 'same-origin', redirect: 'manual' }).then(function (got) {
      if (got.type === 'opaqueredirect' || got.status === 403) { location.reload(); return null; }
      return got.json();
    }).then(function (told) {
      rest(form, false);
      if (told && told.refused) { refuse(form, told.refused); }
      asking = false;
      ask();
    }, function () { rest(form, false); refuse(form, words('failed')); });
  });
  list.addEventListener('click', function (event) {
    var button = event.target.closest ? event.target.closest('[data-show]') : null;
    if (button && map) { map.show(button.getAttribute('data-show')); point(document.getElementById('alarm-' + button.getAttribute('data-show'))); }
  });

  prepare(list);
  badge(list.querySelectorAll('[data-waiting]').length, list.querySelectorAll('[data-region=open] > li').length);
  tick();
  setInterval(tick, EACH);
  document.addEventListener('visibilitychange', function () { if (!document.hidden) { ask(); } });
  window.addEventListener('online', ask);
  timer = setTimeout(ask, EACH);
})();
