/* The risk form: adds up the ticked signals while one ticks, and says which colour they suggest. Without it the server says so. */
(function () {
  'use strict';
  var first = document.querySelector('input[name=risk][value=""]'), boxes = document.querySelectorAll('input[name=signals]'), told, i;
  if (!first || !first.getAttribute('data-bands') || !boxes.length) { return; }
  var bands = JSON.parse(first.getAttribute('data-bands')); // [[from, colour]], smallest first
  told = document.createElement('output');
  first.parentNode.appendChild(told);
  function weight(box) {
    var found = /\(\+(\d+)\)\s*$/.exec(box.parentNode.textContent);
    return box.checked && found ? Number(found[1]) : 0;
  }
  function add() {
    var sum = 0, colour = '';
    for (i = 0; i < boxes.length; i++) { sum += weight(boxes[i]); }
    for (i = 0; i < bands.length; i++) { if (sum >= bands[i][0]) { colour = bands[i][1]; } }
    told.textContent = ' ' + first.getAttribute('data-sum').replace('0', String(sum)) + ' → ' + colour;
  }
  for (i = 0; i < boxes.length; i++) { boxes[i].addEventListener('change', add); }
  add();
}());
