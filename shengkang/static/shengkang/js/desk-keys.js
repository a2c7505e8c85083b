/* The desk of disputes by keyboard: j and k walk the rows of a list or the steps of a case, Enter opens, ? tells the rest.
   Nothing is done that a click could not do, and nothing while somebody types. */
(function () {
  'use strict';
  var help = document.getElementById('keys');
  var onList = !!document.getElementById('changelist');
  var here = -1;

  function all(selector) { return Array.prototype.slice.call(document.querySelectorAll(selector)); }
  function rows() { return onList ? all('#result_list tbody tr') : all('.verbs .btn'); }
  function link(row) { return onList ? row.querySelector('th a') : row; }

  function walk(by) {
    var found = rows();
    if (!found.length) { return; }
    // Whoever clicked or tabbed somewhere goes on from there.
    found.forEach(function (row, at) { if (row.contains(document.activeElement)) { here = at; } });
    here = Math.min(Math.max(here + by, 0), found.length - 1);
    found.forEach(function (row, at) { row.classList.toggle('row-here', at === here); });
    link(found[here]).focus();
    found[here].scrollIntoView({ block: 'nearest' });
  }

  function tick() {
    var row = rows()[here], box = row && row.querySelector('input.action-select');
    if (box) { box.click(); }
  }

  function go(selector) {
    var target = document.querySelector(selector);
    if (target) { target.click(); }
  }

  // Back to the list as it was left: the filters travel in the address of the case.
  function back() {
    var list = document.querySelector('.breadcrumbs a:last-of-type'), kept = new URLSearchParams(location.search).get('_changelist_filters');
    if (list) { location.assign(list.href + (kept ? '?' + kept : '')); }
  }

  function search() {
    var box = document.getElementById('searchbar');
    if (box) { box.focus(); box.select(); }
  }

  function turn(by) {
    var pages = all('.paginator a:not(.showall), .paginator .this-page'), now = pages.findIndex(function (page) { return page.classList.contains('this-page'); });
    if (now >= 0 && pages[now + by]) { pages[now + by].click(); }
  }

  var keys = onList
    ? {
      j: function () { walk(1); }, k: function () { walk(-1); }, x: tick, '/': search, c: function () { go('.object-tools .addlink'); },
      n: function () { turn(1); }, p: function () { turn(-1); }
    }
    : { j: function () { walk(1); }, k: function () { walk(-1); }, u: back };
  keys['?'] = function () { if (help && help.showModal && !help.open) { help.showModal(); } };

  document.addEventListener('keydown', function (event) {
    var on = event.target;
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || (help && help.open)) { return; }
    if (on.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(on.tagName) && on.type !== 'checkbox') {
      if (event.key === 'Escape') { on.blur(); }
      return;
    }
    if (Object.prototype.hasOwnProperty.call(keys, event.key)) {
      event.preventDefault();
      keys[event.key]();
    }
  });
})();
