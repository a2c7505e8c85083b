/* A page of one alarm keeps itself up to date every two seconds, until the alarm has ended. Without it the page renews itself (noscript). ES5. */
(function () {
  'use strict';
  var EACH = 2000, PATIENCE = 8000, OFTEN = 3;
  var live = document.getElementById('live'), lost = document.getElementById('live-lost');
  var tag, failed = 0;
  if (!live || !live.getAttribute('data-live')) { return; }
  tag = '"' + live.getAttribute('data-version') + '"';
  function later() { setTimeout(ask, EACH); }
  function miss() { failed += 1; if (failed >= OFTEN) { lost.hidden = false; } later(); }
  function ask() {
    var request = new XMLHttpRequest();
    request.open('GET', location.pathname + live.getAttribute('data-live'));
    request.setRequestHeader('If-None-Match', tag);
    request.timeout = PATIENCE;
    request.onload = function () {
      if (request.status !== 304 && request.status !== 200) { miss(); return; }
      failed = 0;
      lost.hidden = true;
      if (request.status === 200) {
        // A log-in page is no answer: the session is gone, and the whole page says so.
        if (request.responseText.indexOf('class="stage') < 0) { location.reload(); return; }
        if (request.getResponseHeader('ETag') !== tag) {
          tag = request.getResponseHeader('ETag') || tag;
          live.innerHTML = request.responseText;
        }
      }
      if (!live.querySelector('[data-ended]')) { later(); }
    };
    request.onerror = miss;
    request.ontimeout = miss;
    request.send();
  }
  if (!live.querySelector('[data-ended]')) { later(); }
})();
