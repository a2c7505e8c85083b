/* + and − count at once instead of asking the server; without this file the same buttons send the form and the server counts.
   The total shown is only a help: what is paid is worked out by the server. ES5. */
(function () {
  'use strict';
  var form = document.querySelector('form[data-basket]'), total, left, inputs, i;
  if (!form) { return; }
  total = form.querySelector('[data-total]');
  left = form.querySelector('[data-left]');
  inputs = form.querySelectorAll('input[data-price]');
  function pieces(input) { return Math.max(0, Math.min(parseInt(input.value, 10) || 0, parseInt(input.max, 10))); }
  function count() {
    var sum = 0, rest;
    for (i = 0; i < inputs.length; i++) { sum += pieces(inputs[i]) * parseInt(inputs[i].getAttribute('data-price'), 10); }
    rest = parseInt(form.getAttribute('data-balance').replace(/\D/g, ''), 10) - sum;
    total.textContent = sum;
    left.textContent = rest;
    left.className = rest < 0 ? 'number is-short' : 'number';
  }
  form.addEventListener('click', function (event) {
    var button = event.target, input;
    while (button && button !== form && !(button.getAttribute && button.getAttribute('data-step'))) { button = button.parentNode; }
    if (!button || button === form) { return; }
    event.preventDefault();
    input = button.parentNode.querySelector('input');
    input.value = parseInt(input.value, 10) || 0;
    input.value = Math.max(0, Math.min(parseInt(input.value, 10) + parseInt(button.getAttribute('data-step'), 10), parseInt(input.max, 10)));
    count();
  });
  form.addEventListener('input', count);
  window.addEventListener('pageshow', count);
})();
