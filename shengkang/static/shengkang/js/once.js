/* A form is sent once: the button rests after the first press. The hidden key stays as it is, so a second try after a lost
   answer is the same deed for the server. ES5: runs on old telephones. */
(function () {
  'use strict';
  var WAIT = 20000; // after this long without an answer the button works again
  function buttons(form) { return form.querySelectorAll('button[type=submit], input[type=submit]'); }
  function rest(form) {
    var all = buttons(form), i;
    form.setAttribute('data-sent', '1');
    form.setAttribute('aria-busy', 'true');
    for (i = 0; i < all.length; i++) { all[i].disabled = true; all[i].classList.add('is-sent'); }
  }
  function wake(form) {
    var all = buttons(form), i;
    form.removeAttribute('data-sent');
    form.removeAttribute('aria-busy');
    for (i = 0; i < all.length; i++) { all[i].disabled = false; all[i].classList.remove('is-sent'); }
  }
  document.addEventListener('submit', function (event) {
    var form = event.target;
    if (!form || !form.hasAttribute || !form.hasAttribute('data-once')) { return; }
    if (form.getAttribute('data-sent')) { event.preventDefault(); return; }
    form.setAttribute('data-sent', '1');
    // Later, or the pressed button's own name and value would not be sent.
    setTimeout(function () { rest(form); }, 0);
    setTimeout(function () { wake(form); }, WAIT);
  });
  // Coming back with the back button: the page is as it was left, asleep.
  window.addEventListener('pageshow', function () {
    var forms = document.querySelectorAll('form[data-sent]'), i;
    for (i = 0; i < forms.length; i++) { wake(forms[i]); }
  });
})();
