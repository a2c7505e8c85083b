/* Larger letters: three sizes in turn, kept in a cookie that the server reads, so the next page arrives in the chosen size. ES5. */
(function () {
  'use strict';
  var SIZES = ['', 'large', 'huge'];
  var root = document.documentElement;
  var button = document.querySelector('[data-text-size]');
  if (!button || !navigator.cookieEnabled) { return; }
  function now() {
    if (root.classList.contains('text-huge')) { return 2; }
    return root.classList.contains('text-large') ? 1 : 0;
  }
  button.hidden = false;
  button.addEventListener('click', function () {
    var next = SIZES[(now() + 1) % SIZES.length];
    root.classList.remove('text-large');
    root.classList.remove('text-huge');
    if (next) { root.classList.add('text-' + next); }
    document.cookie = 'text_size=' + next + ';path=/;max-age=31536000;SameSite=Lax' + (location.protocol === 'https:' ? ';Secure' : '');
  });
})();
